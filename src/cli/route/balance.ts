import { type Balance, BALANCES } from '../../core/policy.ts';
import type { Route } from '../../core/profile.ts';
import { isKeyOf, type JsonObject, keysOf } from '../../lib/expect.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { CommandOption } from '../command.ts';
import { CommandError, EXIT } from '../error.ts';
import { objectAt } from '../profile-file.ts';
import { requirePosition } from './lookup.ts';

/** How a route's targets are balanced, as options of a command. */
export const BALANCE_OPTIONS: readonly CommandOption[] = [
  { flags: '--balance <strategy>', summary: `who is asked first: ${keysOf(BALANCES).join(', ')}` },
  {
    flags: '--weight <target=number...>',
    summary: 'what a target takes beside the others: openai=3; 1 when not said',
  },
];

const MOST_WEIGHT = 1000;

/** The strategy as typed. */
export function readBalance(text: string | undefined): Balance | undefined {
  if (text === undefined || isKeyOf(BALANCES, text)) return text;
  const meant = nearest(text, keysOf(BALANCES));
  throw new CommandError(`There is no strategy ${terminalSafe(text)}.`, {
    why: `there are ${keysOf(BALANCES).join(', ')}`,
    fix: meant === undefined ? 'gw help route set' : `did you mean --balance ${meant}?`,
    exit: EXIT.usage,
  });
}

/** Weights as typed, by the targets' full names. */
export function readWeights(
  texts: readonly string[],
  route: string,
  targets: readonly string[],
): Readonly<Record<string, number>> {
  const weights: Record<string, number> = {};
  for (const text of texts) {
    const at = text.lastIndexOf('=');
    const weight = Number(text.slice(at + 1));
    if (at <= 0 || text.slice(at + 1).trim() === '' || !(weight > 0 && weight <= MOST_WEIGHT))
      throw noWeight(text);
    const name = targets[requirePosition(route, targets, text.slice(0, at))];
    if (name !== undefined) weights[name] = weight;
  }
  return weights;
}

function noWeight(text: string): CommandError {
  return new CommandError(`"${terminalSafe(text)}" is no weight.`, {
    why: `a weight is a target of the route, = and a number above 0 and up to ${MOST_WEIGHT}`,
    fix: '--weight openai=3 groq/llama-3.1-8b-instant=1',
    exit: EXIT.usage,
  });
}

/** Writes weights into a route; those of targets it no longer has are dropped. */
export function writeWeights(
  entry: JsonObject,
  weights: Readonly<Record<string, number>>,
  targets: readonly string[],
): void {
  const before = entry['weights'] === undefined ? {} : objectAt(entry, 'weights');
  const kept = Object.entries({ ...before, ...weights }).filter(([name]) => targets.includes(name));
  if (kept.length > 0) entry['weights'] = Object.fromEntries(kept);
  else delete entry['weights'];
}

/** The sentence about it; undefined for a route whose order is the written one. */
export function balanceSentence({ balance }: { readonly balance?: Balance | undefined }): string | undefined {
  return balance === undefined || balance === 'order'
    ? undefined
    : `Asked first (${balance}): ${BALANCES[balance]}; the others stand in, in this order.`;
}

/** What a target's weight is, where that decides something. */
export function weightNote(
  balance: Balance | undefined,
  target: Pick<Route['targets'][number], 'weight'>,
): string | undefined {
  if (balance !== 'weighted' && balance !== 'least-busy') return undefined;
  return `weight ${target.weight ?? 1}`;
}
