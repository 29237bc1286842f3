import type { Profile } from '../../core/profile.ts';
import type { Context } from '../context.ts';
import { notifyDaemon } from '../notify.ts';
import { changeProfile, objectAt, openProfile } from '../profile-file.ts';
import { providerJson, requireProvider, routesUsing } from './lookup.ts';

/** Lets routes use a provider, or makes them pass it over; nothing about it is lost. */
export async function switchProvider(context: Context, name: string, enabled: boolean): Promise<void> {
  const open = openProfile(context);
  const before = requireProvider(open, name);
  const word = enabled ? 'enabled' : 'disabled';
  if (before.enabled === enabled) {
    if (context.json) return context.printJson({ provider: providerJson(before, open), changed: false });
    return context.say(`${name} is ${word} already.`);
  }
  const profile = await changeProfile(context, open, ({ providers }) => {
    const entry = objectAt(providers, name);
    if (enabled) delete entry['enabled'];
    else entry['enabled'] = false;
  });
  await notifyDaemon(context);
  const now = { ...open, profile };
  if (context.json) {
    return context.printJson({ provider: providerJson(requireProvider(now, name), now), changed: true });
  }
  context.say(`${name} is ${word}.`);
  for (const route of routesLeftWithout(profile, name)) {
    context.say(`note: route ${route} has no enabled provider now: gw route add ${route} PROVIDER/MODEL`);
  }
}

/** The routes of a provider that nobody can serve while it is disabled. */
function routesLeftWithout(profile: Profile, name: string): string[] {
  const enabled = new Set(
    profile.providers.filter((provider) => provider.enabled).map((provider) => provider.name),
  );
  return routesUsing(profile, name)
    .filter(({ targets }) => targets.every(({ provider }) => !enabled.has(provider)))
    .map((route) => route.name);
}
