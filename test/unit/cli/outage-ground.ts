import { parseOutage } from '../../../src/cli/outage/fault.ts';
import type { Outage } from '../../../src/cli/outage/fault.ts';
import { perform, type Performed, type Piece } from '../../../src/cli/outage/stage.ts';
import type { ModelFacts } from '../../../src/core/model-facts.ts';
import { DEFAULT_POLICY, type Policy } from '../../../src/core/policy.ts';
import type { Profile } from '../../../src/core/profile.ts';
import type { Attempt, Trail } from '../../../src/core/trail.ts';
import { idMaker } from '../../../src/lib/id.ts';
import { sampleTrail, servedAttempt } from '../../sample-trail.ts';

/** 2026-06-01T01:00:00Z. */
export const SINCE = Date.UTC(2026, 5, 1, 1);
export const MINUTE = 60_000;
export const FIRST = { provider: 'first', model: 'm', key: 'env:sk-first' };
export const SECOND = { provider: 'second', model: 'backup', key: 'env:sk-second' };

/** Two providers, one route for every name: the first with the caller's model, the second with `backup`. */
export function profileOf(
  policy: Partial<Policy> = {},
  names: readonly string[] = ['first', 'second'],
): Profile {
  return {
    name: 'default',
    providers: names.map((name) => ({
      name,
      preset: undefined,
      url: `https://${name}.example.com/v1`,
      format: 'openai-chat',
      alsoSpeaks: [],
      auth: 'bearer',
      keys: [{ is: 'env', name: `sk-${name}` }],
      enabled: true,
      headers: {},
      quirks: [],
      models: [],
      owns: [],
    })),
    routes: [
      {
        name: 'main',
        match: ['*'],
        targets: names.map((provider, index) => ({ provider, model: index === 0 ? undefined : 'backup' })),
        policy: {},
      },
    ],
    policy: { ...DEFAULT_POLICY, ...policy },
  };
}

/** A request that the first target served, so long after the beginning of the span. */
export function served(afterMs: number, change: Partial<Trail> = {}, attempt: Partial<Attempt> = {}): Trail {
  return sampleTrail({
    id: idMaker(() => SINCE + afterMs)(),
    at: SINCE + afterMs,
    asked: 'm',
    plan: [{ target: FIRST }, { target: SECOND }],
    attempts: [
      servedAttempt({
        target: FIRST,
        startMs: 1,
        headersMs: 300,
        firstContentMs: 401,
        endMs: 1201,
        ...attempt,
      }),
    ],
    served: FIRST,
    firstContentMs: 401,
    totalMs: 1201,
    ...change,
  });
}

/** One request every so often, for so long. */
export function steady(everyMs: number, forMs: number, change: Partial<Trail> = {}): Trail[] {
  return Array.from({ length: Math.floor(forMs / everyMs) }, (_, index) => served(index * everyMs, change));
}

export function outage(text: string): Outage {
  const parsed = parseOutage(text);
  if (parsed.is === 'failed') throw new Error(parsed.fault);
  return parsed.value;
}

const PRICES: Readonly<Record<string, readonly [number, number]>> = { first: [1, 4], second: [10, 40] };

/** What is simulated; ten minutes unless told. */
export function pieceOf(
  trails: readonly Trail[],
  outages: readonly string[],
  more: Partial<Piece> = {},
): Piece {
  return {
    profile: profileOf(),
    trails,
    since: SINCE,
    until: SINCE + 10 * MINUTE,
    outages: outages.map(outage),
    facts: { meet: () => {}, settled: () => Promise.resolve(), of: ({ provider }) => factsOf(provider) },
    seed: 1,
    ...more,
  };
}

function factsOf(provider: string): ModelFacts {
  const [input, output] = PRICES[provider] ?? [];
  if (input === undefined || output === undefined) return {};
  return { price: { source: 'profile', periods: [{ rates: { input, output } }] } };
}

export function play(
  trails: readonly Trail[],
  outages: readonly string[],
  more: Partial<Piece> = {},
): Promise<Performed> {
  return perform(pieceOf(trails, outages, more));
}

/** Attempts in short: who, and what came of it. */
export function shortly({ attempts }: Pick<Trail, 'attempts'>): string[] {
  return attempts.map(({ target, fault, remedy }) =>
    [target.provider, fault ?? 'ok', remedy ?? ''].join(' ').trim(),
  );
}
