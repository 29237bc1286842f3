import { formatDuration } from '../../lib/duration.ts';

/**
 * How long a provider keeps a prompt in its cache for certain: five minutes (Anthropic's default; OpenAI says 5 to 10
 * minutes of inactivity). After that a conversation is as cold at home as anywhere.
 */
const WARM_MS = 5 * 60_000;
/** The shortest prompt that is cached at all (OpenAI and Anthropic: 1024 tokens; some models more). */
const CACHED_FROM_TOKENS = 1024;
/** Less than a cent is no reason to keep a conversation away from whom the route prefers, nor to let it wait. */
const SMALL_SAVING_USD = 0.01;
/** What a provider reads of a prompt in a millisecond, about: it is by so much that a cold one begins to answer later. */
const READ_TOKENS_PER_MS = 5;

/** What there is to weigh before a conversation leaves the target that served it last. */
export interface Standing {
  /** Since its last answer there. */
  readonly idleMs: number;
  /** The route prefers another target (its order says so); else all are alike to it. */
  readonly isPreferredElsewhere: boolean;
  /** Until its home may be asked; 0: now. */
  readonly waitMs: number;
  readonly promptTokens: number;
  /** Answers it was given at home in a row: as many more are expected there. */
  readonly answers: number;
  /** What this prompt costs at home from the cache, and elsewhere anew; undefined where a price is not known. */
  readonly prices: Prices | undefined;
}

export interface Prices {
  readonly homeWarmUsd: number;
  readonly elsewhereColdUsd: number;
  readonly elsewhereWarmUsd: number;
}

/** What was decided, and the reason. */
export interface Verdict {
  readonly stays: boolean;
  readonly why: string;
}

/**
 * Whether a conversation stays where it was served last. Its home can be asked, or could after `waitMs`; breakers,
 * cooldowns and abilities have had their say before.
 *
 * Where all targets are alike it stays. Where another one is preferred it goes there, unless its prompt is warm at home
 * and a cold one would cost more than a cent, less what staying costs for as many answers as it was given there. It
 * waits for its home only for such a saving, or, where no price is known, for less time than a cold prompt takes.
 */
export function weigh(standing: Standing): Verdict {
  const { idleMs, isPreferredElsewhere, waitMs, promptTokens, prices } = standing;
  if (!isPreferredElsewhere && waitMs === 0)
    return { stays: true, why: `its prompt may be cached there: answered ${formatDuration(idleMs)} ago` };
  if (idleMs > WARM_MS)
    return { stays: false, why: `its cache is likely cold after ${formatDuration(idleMs)}` };
  if (promptTokens < CACHED_FROM_TOKENS)
    return { stays: false, why: `a prompt of ${promptTokens} tokens is hardly cached` };
  return prices === undefined ? weighTime(standing) : weighMoney(standing, prices);
}

function weighTime({ waitMs, promptTokens }: Standing): Verdict {
  const coldMs = promptTokens / READ_TOKENS_PER_MS;
  const words = `a cold prompt of ${promptTokens} tokens takes about ${formatDuration(Math.round(coldMs))} to read`;
  if (waitMs === 0) return { stays: true, why: `${words}, and it may be cached there` };
  return { stays: waitMs < coldMs, why: `${words}, a wait ${formatDuration(Math.ceil(waitMs))}` };
}

function weighMoney({ answers, waitMs }: Standing, prices: Prices): Verdict {
  const { homeWarmUsd, elsewhereColdUsd, elsewhereWarmUsd } = prices;
  const now = elsewhereColdUsd - homeWarmUsd;
  // A home that is dearer, answer by answer, eats up what leaving it costs once.
  const later = Math.max(0, homeWarmUsd - elsewhereWarmUsd) * answers;
  const stays = now - later >= SMALL_SAVING_USD;
  const wait = waitMs === 0 ? '' : ` and a wait of ${formatDuration(Math.ceil(waitMs))}`;
  const cold = `a cold prompt costs ${dollars(elsewhereColdUsd)}`;
  const warm = `${dollars(homeWarmUsd)} from the cache`;
  const dearer = later > 0 && now >= SMALL_SAVING_USD && !stays ? ', and every further answer more' : '';
  return { stays, why: `${cold}, against ${warm}${wait}${dearer}` };
}

function dollars(usd: number): string {
  return `$${Number(usd.toPrecision(2))}`;
}
