import type { Balance } from '../../core/policy.ts';
import { costOf } from '../../core/price.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { MovingLatency, Wheel } from '../../resilience/index.ts';
import type { Step } from '../fleet.ts';
import { type Group, groupName } from './groups.ts';

// One request in twenty goes to whoever was not measured for longest, so that a target which was slow once, or down, is
// found again; the other nineteen do not notice.
const EXPLORED_SHARE = 0.05;
// What was measured less long ago is news enough.
const FRESH_MS = 10_000;
// A target nobody has measured yet gets one request at a time, and another when that has not come back for so long.
const UNMEASURED_LEASE_MS = 5_000;
// An answer's length is not known before: about what a turn of a chat has. It decides only between targets whose prices
// of prompts and answers differ the other way round.
const ANSWER_TOKENS = 500;

/** What a strategy may look at besides the targets. */
export interface Occasion {
  readonly now: number;
  readonly isStream: boolean;
  readonly random: () => number;
  /** The route's wheel, whose turn it is next. */
  readonly wheel: Wheel;
  /** How many targets the route has, with those that are left out. */
  readonly places: number;
  /** About how many tokens the prompt has. */
  readonly tokens: () => number;
}

/** The group that is asked first, and why it is. */
export interface Choice {
  readonly group: Group;
  readonly why: string;
}

/** Chooses among at least one group. */
export type Strategy = (groups: readonly Group[], occasion: Occasion) => Choice | undefined;

/** How each strategy chooses; `order` leaves everything as it is. */
export const STRATEGIES: Readonly<Record<Balance, Strategy>> = {
  order: () => undefined,
  weighted: (groups, { wheel, places }) => {
    const group = turnOf(wheel, groups, places, ({ weight }) => weight);
    const total = groups.reduce((sum, { weight }) => sum + weight, 0);
    return group && { group, why: `its turn: ${round(group.weight)} in ${round(total)} are` };
  },
  'round-robin': (groups, { wheel, places }) => {
    const group = turnOf(wheel, groups, places, () => 1);
    return group && { group, why: 'its turn' };
  },
  'least-latency': leastLatency,
  'least-busy': (groups) =>
    least(groups, load, (group) => `${live(group)} under way`, 'nobody has fewer requests under way'),
  cheapest: (groups, occasion) => {
    const tokens = occasion.tokens();
    const price = (group: Group): number => priceOf(group, tokens, occasion.now) ?? Infinity;
    const words = (group: Group): string => dollars(priceOf(group, tokens, occasion.now));
    return least(groups, price, words, 'no price of theirs is lower');
  },
};

function turnOf(
  wheel: Wheel,
  groups: readonly Group[],
  places: number,
  weigh: (group: Group) => number,
): Group | undefined {
  const weights = Array.from({ length: places }, () => 0);
  for (const group of groups) weights[group.place] = weigh(group);
  const place = wheel.pick(weights);
  return groups.find((group) => group.place === place);
}

/** The group with the least of something; of equals the first. */
function least(
  groups: readonly Group[],
  measure: (group: Group) => number,
  words: (group: Group) => string,
  alike: string,
): Choice | undefined {
  const [best, ...others] = [...groups].sort((a, b) => measure(a) - measure(b));
  if (!best) return undefined;
  const [next] = others;
  const same = next === undefined || measure(next) === measure(best);
  return { group: best, why: same ? alike : `${words(best)} against ${words(next)}` };
}

function leastLatency(groups: readonly Group[], occasion: Occasion): Choice | undefined {
  return (
    unmeasured(groups, occasion) ??
    explored(groups, occasion) ??
    least(
      groups,
      (group) => latencyOf(group, occasion)?.meanMs ?? Infinity,
      (group) => formatMs(latencyOf(group, occasion)?.meanMs),
      'nobody is faster',
    )
  );
}

function unmeasured(groups: readonly Group[], occasion: Occasion): Choice | undefined {
  const { now } = occasion;
  const group = groups.find(
    (candidate) =>
      latencyOf(candidate, occasion) === undefined && now - exploredAt(candidate) >= UNMEASURED_LEASE_MS,
  );
  return group && explore(group, now, 'nobody knows yet how fast it is');
}

function explored(groups: readonly Group[], occasion: Occasion): Choice | undefined {
  if (occasion.random() >= EXPLORED_SHARE) return undefined;
  const { now } = occasion;
  const lastLook = (group: Group): number => Math.max(latencyOf(group, occasion)?.at ?? 0, exploredAt(group));
  const [oldest] = [...groups].sort((a, b) => lastLook(a) - lastLook(b));
  if (!oldest || now - lastLook(oldest) < FRESH_MS) return undefined;
  return explore(
    oldest,
    now,
    `to see how fast it is now: not measured for ${formatDuration(now - lastLook(oldest))}`,
  );
}

function explore(group: Group, now: number, why: string): Choice {
  for (const { state } of group.steps) state.pulse.exploredAt = now;
  return { group, why };
}

function exploredAt({ steps }: Group): number {
  return steps[0]?.state.pulse.exploredAt ?? 0;
}

/** The latest measurement of any of its keys. */
function latencyOf({ steps }: Group, { isStream }: Occasion): MovingLatency | undefined {
  let latest: MovingLatency | undefined;
  for (const { state } of steps) {
    const own = isStream ? state.pulse.streams : state.pulse.wholes;
    if (own.meanMs !== undefined && (latest === undefined || own.at > latest.at)) latest = own;
  }
  return latest;
}

function live({ steps }: Group): number {
  return steps.reduce((sum, { state }) => sum + state.pulse.live, 0);
}

/** Requests under way for each that it serves at once, or for its weight where nobody says how many those are. */
function load(group: Group): number {
  return live(group) / (group.steps[0]?.provider.concurrency ?? group.weight);
}

function priceOf({ steps }: Group, tokens: number, now: number): number | undefined {
  const price = steps[0]?.facts()?.price;
  return price && costOf(price, { input: tokens, output: ANSWER_TOKENS }, now);
}

function dollars(usd: number | undefined): string {
  return usd === undefined ? 'a price nobody knows' : `about $${Number(usd.toPrecision(2))}`;
}

function formatMs(ms: number | undefined): string {
  return ms === undefined ? 'unknown' : formatDuration(Math.round(ms));
}

function round(weight: number): number {
  return Number(weight.toFixed(2));
}

/** The sentence in the trail. */
export function choiceWords(balance: Balance, { group, why }: Choice): string {
  return `${groupName(group)} chosen by ${balance}: ${why}`;
}

/** The keys of one provider, each in its turn; those with more headroom take more of them. */
export function spreadKeys(wheel: Wheel, steps: readonly Step[], now: number): readonly Step[] {
  const place = wheel.pick(steps.map(({ state }) => Math.max(LEAST_SHARE, state.pulse.headroom.share(now))));
  const first = steps[place];
  return first === undefined ? steps : [first, ...steps.filter((step) => step !== first)];
}

// A key that is nearly used up keeps its turn now and then: else nobody would hear that there is room again.
const LEAST_SHARE = 0.05;
