import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { objectAt, openProfile } from '../../profile-file.ts';
import { changeRoute } from '../../route/change.ts';
import {
  draftTargets,
  readPosition,
  requirePosition,
  requireRoute,
  requireTarget,
} from '../../route/lookup.ts';

export const command: Command = {
  arguments: [
    { name: '<name>', summary: 'the route' },
    { name: '<target>', summary: 'provider/model, or provider to pass the model along' },
  ],
  options: [
    { flags: '--at <position>', summary: 'where in the order, counted from 1; last when not said' },
    { flags: '--before <target>', summary: 'just before this target' },
  ],
  examples: ['gw route add default groq/llama-3.1-8b-instant', 'gw route add default groq --at 1'],
  run: addTarget,
};

async function addTarget(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const { name } = requireRoute(open.profile, input.argument(0) ?? '');
  const target = requireTarget(open.profile, input.argument(1) ?? '');
  await changeRoute(context, open, name, (routes) => {
    const targets = draftTargets(routes, name);
    if (targets.includes(target)) throw alreadyThere(name, target, targets.indexOf(target) + 1);
    targets.splice(placeFor(input, name, targets), 0, target);
    objectAt(routes, name)['targets'] = targets;
  });
}

function placeFor(input: Input, route: string, targets: readonly string[]): number {
  const at = input.text('at');
  const before = input.text('before');
  if (at !== undefined && before !== undefined) {
    throw new CommandError('--at and --before both say where.', {
      why: 'they may contradict each other',
      fix: 'give one of them',
      exit: EXIT.usage,
    });
  }
  if (at !== undefined) return readPosition(at, targets.length + 1) - 1;
  return before === undefined ? targets.length : requirePosition(route, targets, before);
}

function alreadyThere(route: string, target: string, position: number): CommandError {
  return new CommandError(`Route ${route} has ${target} already.`, {
    why: `it is number ${position}`,
    fix: `gw route move ${route} ${target} POSITION`,
    exit: EXIT.usage,
  });
}
