import type { Profile } from '../../../core/profile.ts';
import { targetName } from '../../../core/target.ts';
import type { JsonObject } from '../../../lib/expect.ts';
import { isGlob } from '../../../lib/glob.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { objectAt, openProfile } from '../../profile-file.ts';
import { BALANCE_OPTIONS, readBalance, readWeights, writeWeights } from '../../route/balance.ts';
import { changeRoute } from '../../route/change.ts';
import { requireTarget } from '../../route/lookup.ts';

export const command: Command = {
  arguments: [
    { name: '<name>', summary: 'the route; callers can ask for it as a model' },
    {
      name: '[target...]',
      summary:
        'provider/model, or provider to pass the model along; first choice first. A route that is there keeps its own without',
    },
  ],
  options: [
    {
      flags: '--match <glob...>',
      summary: "model names it answers to besides its own: 'gpt-*', '*' for all",
    },
    ...BALANCE_OPTIONS,
  ],
  examples: [
    'gw route set default openai groq/llama-3.1-8b-instant',
    "gw route set smart openai/gpt-4o deepseek/deepseek-chat --match 'gpt-4*' 'claude-*'",
    'gw route set default --balance weighted --weight openai=3 groq=1',
  ],
  run: setRoute,
};

async function setRoute(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const name = input.argument(0) ?? '';
  const match = input.list('match');
  refuseGlob(name, input.arguments(1));
  refuseTaken(open.profile, name, match);
  const known = open.profile.routes.some((route) => route.name === name);
  const targets = targetsOf(open.profile, name, input);
  const balance = readBalance(input.text('balance'));
  const weights = readWeights(input.list('weight'), name, targets);
  const isDefault = name === 'default' && !open.profile.routes.some((route) => route.match.includes('*'));
  await changeRoute(context, open, name, (routes) => {
    const entry: JsonObject = objectAt(routes, name);
    if (match.length > 0) entry['match'] = match;
    else if (!known && isDefault) entry['match'] = ['*'];
    entry['targets'] = targets;
    writeWeights(entry, weights, targets);
    if (balance !== undefined) objectAt(entry, 'policy')['balance'] = balance;
  });
}

/** Those that are named, or those the route has, where something else about it is set. */
function targetsOf(profile: Profile, name: string, input: Input): readonly string[] {
  const named = input.arguments(1);
  if (named.length > 0) return unique(named.map((text) => requireTarget(profile, text)));
  const route = profile.routes.find((candidate) => candidate.name === name);
  if (route) return route.targets.map(targetName);
  throw new CommandError(`Route ${terminalSafe(name)} is new, and needs targets.`, {
    why: 'a route without targets leads nowhere',
    fix: `gw route set ${terminalSafe(name)} ${profile.providers[0]?.name ?? 'PROVIDER'}`,
    exit: EXIT.usage,
  });
}

function refuseGlob(name: string, targets: readonly string[]): void {
  if (!isGlob(name)) return;
  throw new CommandError('A route has a plain name.', {
    why: 'patterns of model names go into --match',
    fix: `gw route set NAME ${targets.join(' ')} --match '${name}'`,
    exit: EXIT.usage,
  });
}

/** Two routes that answer to the same name would leave the choice to the order of the file. */
function refuseTaken({ routes }: Profile, name: string, match: readonly string[]): void {
  for (const route of routes) {
    const taken = match.find((pattern) => route.match.includes(pattern) || route.name === pattern);
    if (taken === undefined || route.name === name) continue;
    throw new CommandError(`Route ${route.name} already answers to ${taken}.`, {
      why: 'a model name leads to one route',
      fix: `gw route show ${route.name}; change its --match first, or use another pattern`,
      exit: EXIT.usage,
    });
  }
}

function unique(targets: readonly string[]): readonly string[] {
  const twice = targets.find((target, index) => targets.indexOf(target) < index);
  if (twice === undefined) return targets;
  throw new CommandError(`The target ${twice} is given twice.`, {
    why: 'a target that failed is not tried a second time further down',
    fix: 'name it once',
    exit: EXIT.usage,
  });
}
