import type { Command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { openStored, readStored } from '../../stored-config.ts';
import { formatTable } from '../../table.ts';

export const command: Command = {
  examples: ['gw profile list', 'gw profile list --json'],
  run: list,
};

async function list(context: Context): Promise<void> {
  const config = readStored(context, openStored(context));
  const profiles = Object.values(config.profiles).map(({ name, providers, routes }) => ({
    name,
    active: name === config.activeProfile,
    providers: providers.map((provider) => provider.name),
    routes: routes.map((route) => route.name),
  }));
  if (context.json) return context.printJson({ active: config.activeProfile, profiles });
  const columns = [
    { title: '' },
    { title: 'NAME' },
    { title: 'PROVIDERS', shrinkTo: 12 },
    { title: 'ROUTES', shrinkTo: 12 },
  ];
  const rows = profiles.map(({ name, active, providers, routes }) => [
    active ? '*' : '',
    { text: name, paint: active ? context.style.bold : context.style.reset },
    providers.join(', ') || '-',
    routes.join(', ') || '-',
  ]);
  context.print(formatTable(columns, rows, { width: context.columns, paintTitle: context.style.dim }));
}
