import { targetName } from '../../../core/target.ts';
import type { Command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { openProfile } from '../../profile-file.ts';
import { routeJson } from '../../route/describe.ts';
import { type Cell, formatTable } from '../../table.ts';

export const command: Command = {
  examples: ['gw route list', 'gw route list --json'],
  run: listRoutes,
};

async function listRoutes(context: Context): Promise<void> {
  const open = openProfile(context);
  const { profile, source } = open;
  if (context.json) {
    const routes = profile.routes.map((route) => routeJson(open, route));
    return context.printJson({ profile: profile.name, source, routes });
  }
  if (profile.routes.length === 0) {
    return context.say('No routes yet. gw route set default PROVIDER … makes one.');
  }
  const columns = [
    { title: 'NAME', shrinkTo: 12 },
    { title: 'MATCH', shrinkTo: 12 },
    { title: 'TARGETS, IN ORDER', shrinkTo: 30 },
  ];
  const rows = profile.routes.map(({ name, match, targets }): Cell[] => [
    { text: name, paint: context.style.bold },
    match.join(', ') || '-',
    targets.map(targetName).join(', '),
  ]);
  context.print(formatTable(columns, rows, { width: context.columns, paintTitle: context.style.dim }));
  if (source === 'environment') context.say('\nFrom keys in the environment; gw init writes them down.');
}
