import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { objectAt, openProfile } from '../../profile-file.ts';
import { changeRoute } from '../../route/change.ts';
import { draftTargets, readPosition, requirePosition, requireRoute } from '../../route/lookup.ts';

export const command: Command = {
  arguments: [
    { name: '<name>', summary: 'the route' },
    { name: '<target>', summary: "the target, or its provider's name when that is there once" },
    { name: '<position>', summary: 'where it goes, counted from 1' },
  ],
  examples: ['gw route move default groq 1'],
  run: moveTarget,
};

async function moveTarget(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const { name } = requireRoute(open.profile, input.argument(0) ?? '');
  await changeRoute(context, open, name, (routes) => {
    const targets = draftTargets(routes, name);
    const from = requirePosition(name, targets, input.argument(1) ?? '');
    const to = readPosition(input.argument(2) ?? '', targets.length) - 1;
    targets.splice(to, 0, ...targets.splice(from, 1));
    objectAt(routes, name)['targets'] = targets;
  });
}
