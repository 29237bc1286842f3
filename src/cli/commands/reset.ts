import type { Status } from '../../control/index.ts';
import type { Target } from '../../core/target.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command, Input } from '../command.ts';
import { CommandError, EXIT } from '../error.ts';
import { askDaemon, PATIENCE_MS } from '../rest/ask-daemon.ts';
import { namesOf, type Resting, restingIn } from '../rest/resting.ts';
import { listed } from '../story/words.ts';

/** `gw reset`. */
export const command: Command = {
  arguments: [
    {
      name: '[name...]',
      summary: 'provider, provider/model, provider/model#key, or provider#key, as gw cooldowns shows them',
    },
  ],
  options: [{ flags: '--all', summary: 'everybody who is being left alone' }],
  examples: [
    'gw reset openai',
    'gw reset groq/llama-3.3-70b',
    'gw reset openai#env:OPENAI_API_KEY',
    'gw reset --all',
  ],
  run: (context, input) =>
    askDaemon(context, async (daemon) => {
      const status = await daemon.call('status', {}, PATIENCE_MS);
      const before = restingIn(status);
      const chosen = choose(status, before, input);
      for (const target of chosen) await daemon.call('reset-breaker', { target }, PATIENCE_MS);
      const ended = before.filter((each) => chosen.some((target) => concerns(each, target)));
      if (context.json) {
        context.printJson({ reset: ended });
        return;
      }
      if (ended.length === 0) {
        context.say('Nothing was held against it: nothing to reset.');
        return;
      }
      const names = ended.map(({ name }) => terminalSafe(name));
      context.say(`${listed(names)}: what went wrong is forgotten, and requests go there again.`);
    }),
};

/** The targets that are meant. Throws a `CommandError` when the words do not say it. */
function choose(status: Status, resting: readonly Resting[], input: Input): readonly Target[] {
  const names = input.arguments(0);
  const known = status.providers.flatMap(({ targets }) => targets.map(({ target }) => target));
  if (input.flag('all') !== (names.length === 0)) throw unsaid(resting, names);
  if (input.flag('all')) return known.filter((target) => resting.some((each) => concerns(each, target)));
  return [...new Set(names.flatMap((name) => targetsNamed(name, known, status)))];
}

function targetsNamed(name: string, known: readonly Target[], { providers, routes }: Status): Target[] {
  const found = known.filter((target) => namesOf(target).includes(name));
  if (found.length > 0) return found;
  // In the profile and never asked: nothing can be held against it.
  const unasked = [...providers.map((each) => each.name), ...routes.flatMap(({ targets }) => targets)];
  if (unasked.includes(name)) return [];
  const candidates = [...new Set([...known.flatMap(namesOf), ...unasked])];
  const meant = nearest(name, candidates);
  const there = providers.map((each) => each.name);
  throw new CommandError(`There is nobody of the name ${terminalSafe(name)}.`, {
    why: there.length === 0 ? 'the profile has no provider yet' : `the profile has ${listed(there)}`,
    fix: meant === undefined ? 'gw cooldowns' : `gw reset ${meant}`,
    exit: EXIT.usage,
  });
}

function unsaid(resting: readonly Resting[], names: readonly string[]): CommandError {
  const both = names.length > 0;
  const there = resting.map(({ name }) => name);
  return new CommandError(both ? 'Either names, or --all: which?' : 'Whom should gw stop leaving alone?', {
    why: there.length === 0 ? 'nobody is being left alone now' : `left alone: ${listed(there)}`,
    fix: both ? 'gw reset --all' : `gw reset ${there[0] ?? 'PROVIDER'} (or: gw reset --all)`,
    exit: EXIT.usage,
  });
}

function concerns({ provider, model, key }: Resting, target: Target): boolean {
  if (provider !== target.provider || key !== target.key) return false;
  return model === undefined || model === target.model;
}
