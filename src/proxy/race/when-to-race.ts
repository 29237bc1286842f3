import { type Fault, fault } from '../../core/fault.ts';
import type { Operation } from '../../core/operation.ts';
import type { Policy } from '../../core/policy.ts';
import { costOf } from '../../core/price.ts';
import { parseDuration } from '../../lib/duration.ts';
import { hedgeAfter } from '../../resilience/index.ts';
import type { ReadHeaders } from '../arrival/headers.ts';
import { roughTokens } from '../balance/prompt-size.ts';
import type { Exchange } from '../exchange.ts';
import { lateAfter } from '../first-content.ts';
import type { Step } from '../fleet.ts';

/** What may be asked for twice: what is small and says the same twice; else only where the request itself says so. */
const TWICE: Readonly<Partial<Record<Operation, true>>> = {
  chat: true,
  completions: true,
  embeddings: true,
  rerank: true,
};

/** What would be done twice: tools that the provider itself runs, answers that go on without their caller. */
const ACTS = [
  { key: '"mcp_servers"', is: /^\s*:/ },
  { key: '"server_url"', is: /^\s*:/ },
  { key: '"connector_id"', is: /^\s*:/ },
  { key: '"background"', is: /^\s*:\s*true/ },
] as const;
/** White space that writers of JSON put around a colon; more is nobody's. */
const AROUND_BYTES = 64;

/** Tokens of an answer, to compare two prices by. */
const ANSWER_TOKENS = 500;

/** What a caller may say in `x-gw-hedge`. `on`: as the policy says, or where that says nothing as `p95`. */
export function readHedgeWish({ hedge }: ReadHeaders): Policy['hedge'] | 'on' | Fault | undefined {
  const wish = hedge?.trim().toLowerCase();
  if (wish === undefined || wish === 'on' || wish === 'off' || wish === 'p95') return wish;
  return (
    parseDuration(wish) ??
    fault('bad_request', `x-gw-hedge takes on, off, p95 or a duration such as 2s, not "${wish.slice(0, 40)}"`)
  );
}

/**
 * When a call to this target is late, in milliseconds, so that another one is asked beside it; undefined where that is
 * not wanted, not known, or where an answer that is thrown away would do harm.
 */
export function raceAfter(exchange: Exchange, step: Step, policy: Policy, now: number): number | undefined {
  const wish = readHedgeWish(exchange.headers);
  const isAsked = wish !== undefined && wish !== 'off';
  const hedge = typeof wish === 'object' ? 'off' : wish === 'on' ? asWritten(policy) : (wish ?? policy.hedge);
  if (hedge === 'off' || !isHarmless(exchange, isAsked)) return undefined;
  return hedgeAfter(hedge, hedge === 'p95' ? lateAfter(exchange, step, now) : undefined);
}

function asWritten({ hedge }: Policy): Policy['hedge'] {
  return hedge === 'off' ? 'p95' : hedge;
}

/**
 * Whether it does no harm to ask twice and to throw one answer away. Function tools are called by the caller, which has
 * one answer; what a provider calls by itself it would call twice.
 */
export function isHarmless(
  { operation, drill, thread, envelope }: Pick<Exchange, 'operation' | 'drill' | 'thread' | 'envelope'>,
  isAsked: boolean,
): boolean {
  if (drill !== undefined || thread !== undefined || envelope?.pinned !== undefined) return false;
  return TWICE[operation] === true || (isAsked && operation !== 'other');
}

/**
 * Whether the request has its provider act, which must happen once. Looked for only when the request is late, and in its
 * bytes: it may be large, and within a text a quote is escaped.
 */
export function acts({ body }: Pick<Exchange, 'body'>): boolean {
  return ACTS.some(({ key, is }) => {
    for (let at = body.indexOf(key); at !== -1; at = body.indexOf(key, at + key.length)) {
      const from = at + key.length;
      if (is.test(body.toString('latin1', from, from + AROUND_BYTES))) return true;
    }
    return false;
  });
}

/** How many times as much the same costs at the second target; 1 where a price is not known. */
export function timesAsDear(exchange: Exchange, first: Step, second: Step): number {
  const usage = { input: roughTokens(exchange), output: ANSWER_TOKENS };
  const { at } = exchange.trail;
  const priceOf = (step: Step): number | undefined => {
    const price = step.facts()?.price;
    return price && costOf(price, usage, at);
  };
  const [one, other] = [priceOf(first), priceOf(second)];
  if (one === undefined || other === undefined) return 1;
  return one === 0 ? (other === 0 ? 1 : Infinity) : other / one;
}
