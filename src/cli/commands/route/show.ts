import { formatDuration } from '../../../lib/duration.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { openProfile } from '../../profile-file.ts';
import { formatRoute, routeJson } from '../../route/describe.ts';
import { requireRoute } from '../../route/lookup.ts';

export const command: Command = {
  arguments: [{ name: '<name>', summary: 'the route' }],
  examples: ['gw route show default'],
  run: showRoute,
};

async function showRoute(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const route = requireRoute(open.profile, input.argument(0) ?? '');
  if (context.json) return context.printJson(routeJson(open, route));
  context.print(formatRoute(context, open, route));
  for (const [knob, value] of Object.entries(route.policy)) {
    const text = knob.endsWith('Ms') && typeof value === 'number' ? formatDuration(value) : String(value);
    context.print(`  ${context.style.dim('policy')} ${knob.replace(/Ms$/, '')} = ${text}`);
  }
}
