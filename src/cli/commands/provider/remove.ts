import { KEYCHAIN_SERVICE } from '../../../config/index.ts';
import { parseTargetName } from '../../../core/target.ts';
import { isObject, isString } from '../../../lib/expect.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { notifyDaemon } from '../../notify.ts';
import { changeProfile, openProfile, type ProfileDraft } from '../../profile-file.ts';
import { confirm } from '../../prompt.ts';
import { requireProvider, routesUsing } from '../../provider/lookup.ts';
import { writeWeights } from '../../route/balance.ts';

export const command: Command = {
  arguments: [{ name: '<name>', summary: 'the provider' }],
  options: [{ flags: '-y, --yes', summary: 'take it out of the routes that use it without asking' }],
  examples: ['gw provider remove groq', 'gw provider remove groq --yes'],
  run: removeProvider,
};

async function removeProvider(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const provider = requireProvider(open, input.argument(0) ?? '');
  const used = routesUsing(open.profile, provider.name).map(({ name }) => name);
  if (used.length > 0 && !input.flag('yes') && !(await agreed(context, provider.name, used))) {
    return context.say('Nothing was changed.');
  }
  const profile = await changeProfile(context, open, (draft) => removeFrom(draft, provider.name));
  await notifyDaemon(context);
  const gone = used.filter((name) => !profile.routes.some((route) => route.name === name));
  const routes = used.filter((name) => !gone.includes(name));
  if (context.json) return context.printJson({ removed: provider.name, routes, removedRoutes: gone });
  context.say(
    `Removed ${provider.name}${routes.length > 0 ? `, also from route ${routes.join(', ')}` : ''}.`,
  );
  if (gone.length > 0) context.say(`Route ${gone.join(', ')} had no other target and is gone too.`);
  for (const key of provider.keys) {
    if (key.is === 'keychain') {
      context.say(
        `note: its key stays in the keychain (service ${KEYCHAIN_SERVICE}, account ${key.account}).`,
      );
    }
  }
}

async function agreed(context: Context, name: string, routes: readonly string[]): Promise<boolean> {
  const list = routes.join(', ');
  if (!context.interactive) {
    throw new CommandError(`${name} is in use.`, {
      why: `route ${list} sends requests to it`,
      fix: `gw provider remove ${name} --yes takes it out there too; gw provider disable ${name} keeps it`,
      exit: EXIT.usage,
    });
  }
  const question = `${name} is used by route ${list}. Remove it there too?`;
  return confirm(context, { question, otherwise: false, instead: `gw provider remove ${name} --yes` });
}

/** A route may name no provider that is not there, and may not lead nowhere. */
function removeFrom({ providers, routes }: ProfileDraft, name: string): void {
  delete providers[name];
  for (const [route, entry] of Object.entries(routes)) {
    const targets = isObject(entry) ? entry['targets'] : undefined;
    if (!isObject(entry) || !Array.isArray(targets)) continue;
    const kept = targets.filter((target) => !isString(target) || parseTargetName(target).provider !== name);
    if (kept.length === 0) delete routes[route];
    else {
      entry['targets'] = kept;
      writeWeights(entry, {}, kept.filter(isString));
    }
  }
}
