import type { Provider } from '../../../core/profile.ts';
import type { Command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { type OpenProfile, openProfile } from '../../profile-file.ts';
import { describeKey, isResolved, providerJson, routesUsing } from '../../provider/lookup.ts';
import { type Cell, formatTable } from '../../table.ts';

export const command: Command = {
  examples: ['gw provider list', "gw provider list --json | jq '.providers[].name'"],
  run: listProviders,
};

async function listProviders(context: Context): Promise<void> {
  const open = openProfile(context);
  const { profile, source } = open;
  if (context.json) {
    const providers = profile.providers.map((provider) => providerJson(provider, open));
    return context.printJson({ profile: profile.name, source, providers });
  }
  if (profile.providers.length === 0) {
    return context.say('No providers yet. gw init finds them; gw provider add NAME adds one.');
  }
  context.print(formatProviders(context, open));
  if (source === 'environment') context.say('\nFrom keys in the environment; gw init writes them down.');
}

function formatProviders(context: Context, open: OpenProfile): string {
  const columns = [
    { title: 'NAME', shrinkTo: 12 },
    { title: 'STATE' },
    { title: 'ADDRESS', shrinkTo: 20 },
    { title: 'KEYS', shrinkTo: 16 },
    { title: 'ROUTES', shrinkTo: 8 },
  ];
  const rows = open.profile.providers.map((provider) => row(context, open, provider));
  return formatTable(columns, rows, { width: context.columns, paintTitle: context.style.dim });
}

function row({ style }: Context, { profile, keys }: OpenProfile, provider: Provider): Cell[] {
  const missing = provider.keys.filter((reference) => isResolved(reference, keys) === false).length;
  const keyless = missing > 0 && missing === provider.keys.length;
  const state = provider.enabled ? (keyless ? 'no key' : 'on') : 'off';
  const labels = provider.keys.map((reference) => describeKey(reference, keys));
  const routes = routesUsing(profile, provider.name).map(({ name }) => name);
  return [
    { text: provider.name, paint: style.bold },
    state === 'on' ? state : { text: state, paint: style.yellow },
    provider.url,
    { text: labels.join(', ') || 'none', paint: missing > 0 ? style.yellow : style.reset },
    routes.join(', ') || '-',
  ];
}
