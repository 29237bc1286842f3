import { takesKey } from '../../../core/auth.ts';
import type { Provider } from '../../../core/profile.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { type OpenProfile, openProfile } from '../../profile-file.ts';
import { livedFacts, livedJson, readLived } from '../../provider/lived.ts';
import { describeKey, providerJson, requireProvider, routesUsing } from '../../provider/lookup.ts';
import { formatTable } from '../../table.ts';

export const command: Command = {
  arguments: [{ name: '<name>', summary: 'the provider' }],
  examples: ['gw provider show openai', 'gw provider show openai --json'],
  run: showProvider,
};

async function showProvider(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const provider = requireProvider(open, input.argument(0) ?? '');
  const lived = await readLived(context, open.profile.name, provider.name);
  if (context.json) return context.printJson({ ...providerJson(provider, open), ...livedJson(lived) });
  const rows = [...facts(open, provider), ...livedFacts(lived)].map(([title, value]) => [
    { text: title, paint: context.style.dim },
    value,
  ]);
  context.print(formatTable([{ title: '' }, { title: '', shrinkTo: 20 }], rows, { width: context.columns }));
}

/** What is known about it, a line each; what is empty is left out. */
function facts({ profile, keys }: OpenProfile, provider: Provider): [string, string][] {
  const labels = provider.keys.map((reference) => describeKey(reference, keys));
  const headers = Object.entries(provider.headers).map(([name, value]) => `${name}: ${value}`);
  const routes = routesUsing(profile, provider.name).map(({ name }) => name);
  const all: [string, readonly string[]][] = [
    ['name', [provider.name]],
    ['preset', provider.preset === undefined ? [] : [provider.preset]],
    ['address', [provider.url]],
    ['format', [provider.format]],
    ['also', provider.alsoSpeaks],
    ['state', [provider.enabled ? 'enabled' : 'disabled']],
    ['key', labels.length > 0 ? labels : [provider.auth === 'passthrough' ? "the caller's own" : 'none']],
    ['sent as', provider.auth === 'bearer' || !takesKey(provider.auth) ? [] : [provider.auth]],
    ['header', headers],
    ['quirk', provider.quirks],
    ['model', provider.models],
    ['owns', provider.owns],
    ['at once', provider.concurrency === undefined ? [] : [String(provider.concurrency)]],
    ['routes', [routes.join(', ') || `none (gw route add default ${provider.name})`]],
  ];
  return all.flatMap(([title, values]) =>
    values.map((value, index): [string, string] => [index === 0 ? title : '', value]),
  );
}
