import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { notifyDaemon } from '../../notify.ts';
import { changeProfile, objectAt, type OpenProfile, openProfile } from '../../profile-file.ts';
import { writeWeights } from '../../route/balance.ts';
import { changeRoute } from '../../route/change.ts';
import { draftTargets, requirePosition, requireRoute } from '../../route/lookup.ts';

export const command: Command = {
  arguments: [
    { name: '<name>', summary: 'the route' },
    { name: '[target]', summary: 'one of its targets; without it, the whole route' },
  ],
  examples: ['gw route remove default groq', 'gw route remove old-route'],
  run: removeRoute,
};

async function removeRoute(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const { name } = requireRoute(open.profile, input.argument(0) ?? '');
  const target = input.argument(1);
  if (target === undefined) return removeWhole(context, open, name);
  await changeRoute(context, open, name, (routes) => {
    const targets = draftTargets(routes, name);
    const [removed] = targets.splice(requirePosition(name, targets, target), 1);
    if (targets.length === 0) throw lastOne(name, removed ?? target);
    const entry = objectAt(routes, name);
    entry['targets'] = targets;
    writeWeights(entry, {}, targets);
  });
}

async function removeWhole(context: Context, open: OpenProfile, name: string): Promise<void> {
  const profile = await changeProfile(context, open, ({ routes }) => {
    delete routes[name];
  });
  await notifyDaemon(context);
  if (context.json) return context.printJson({ removed: name });
  context.say(`Removed route ${name}.`);
  if (profile.providers.length > 0 && !profile.routes.some(({ match }) => match.includes('*'))) {
    context.say('note: no route answers to every model now. gw route set default PROVIDER … makes one.');
  }
}

function lastOne(route: string, target: string): CommandError {
  return new CommandError(`${target} is the only target of route ${route}.`, {
    why: 'a route without targets leads nowhere',
    fix: `gw route remove ${route} removes the whole route; gw route add ${route} TARGET adds another first`,
    exit: EXIT.usage,
  });
}
