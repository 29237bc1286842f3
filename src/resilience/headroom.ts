import { fromMoment, type HeaderValues, nonNegative } from './retry-after.ts';

// Mistral, Azure and others say how much is left and not until when. Their limits are counted per minute, and those of
// a day stand beside one of a minute; a minute later it is asked again.
const UNTOLD_RESET_MS = 60_000;
// OpenAI: `x-ratelimit-remaining-requests`, Anthropic: `anthropic-ratelimit-requests-remaining`, Mistral:
// `x-ratelimit-remaining-req-minute`, OpenRouter: `x-ratelimit-remaining`.
const REMAINING = /^(?:x-|anthropic-)?ratelimit-(?:remaining-?(.*)|(.+)-remaining)$/;
const NO_LIMIT = 'requests';
// `x-ratelimit-renewalperiod-requests: 60` beside a reset of 0 (Azure): seconds.
const SECOND_MS = 1000;

/** What is used up, and until when. */
export interface Shortage {
  /** As the provider names it: `requests`, `input-tokens`. */
  readonly name: string;
  readonly remaining: number;
  readonly limit: number;
  /** When the limit is whole again: epoch milliseconds. */
  readonly until: number;
}

/** What a limit counts: requests, tokens of the prompt, or something that only an answer takes. */
type Counts = 'requests' | 'tokens' | 'answers';

/** The names of the headers that tell of one limit; made once, because every answer of a target has the same. */
interface LimitNames {
  readonly name: string;
  readonly counts: Counts;
  readonly remaining: string;
  readonly limit: string;
  readonly reset: string;
  readonly period: string;
}

interface Told extends Shortage {
  readonly counts: Counts;
}

/** A request that was sent and whose head has not come back. */
export interface Outstanding {
  readonly sentAt: number;
  readonly tokens: number;
}

/**
 * How much a provider's limits still allow at one target, by what its answers said last, less what was sent since. Whoever asks
 * first stops before the provider has to refuse.
 *
 * Limits that refill bit by bit (OpenAI, Anthropic) are taken as empty until they are whole again: what they allow
 * meanwhile is not told, and guessing too much costs a refusal where guessing too little costs a place in the order.
 */
export class Headroom {
  #names: readonly LimitNames[] = [];
  #told: readonly Told[] = [];
  /** When the last word came. */
  #toldAt = 0;
  #waiting = 0;
  #waitingTokens = 0;

  /** A request goes out; give what comes back to `answered` or `lost`. */
  sent(tokens: number, now: number): Outstanding {
    this.#waiting++;
    this.#waitingTokens += tokens;
    return { sentAt: now, tokens };
  }

  /** The request's head arrived, and may tell of limits. */
  answered(request: Outstanding, headers: HeaderValues, now: number): void {
    this.lost(request);
    const told = this.#read(headers, now);
    if (told.length === 0) return;
    // Answers overtake each other: one to a request that was sent before the last word was heard may be the older word.
    this.#told = request.sentAt < this.#toldAt ? told.map((limit) => this.#lower(limit, now)) : told;
    this.#toldAt = now;
  }

  /** The request was refused: when to come back is said in so many words, and whatever was told before is over. */
  refused(request: Outstanding, now: number): void {
    this.lost(request);
    this.#told = [];
    this.#toldAt = now;
  }

  /** The request ended without an answer. */
  lost({ tokens }: Outstanding): void {
    this.#waiting--;
    this.#waitingTokens -= tokens;
  }

  /** Whether anything is known; nothing is for providers that do not tell. */
  get isTold(): boolean {
    return this.#told.length > 0;
  }

  /** What a request of so many tokens would find used up, of several that which lasts longest; undefined when it fits. */
  shortage(tokens: number, now: number): Shortage | undefined {
    let longest: Shortage | undefined;
    for (const limit of this.#told) {
      if (limit.until <= now || this.#left(limit) >= needed(limit, tokens)) continue;
      if (longest === undefined || limit.until > longest.until) longest = limit;
    }
    return longest;
  }

  /** The share that is left of the tightest limit, 0 to 1; 1 where nothing is told. */
  share(now: number): number {
    let least = 1;
    for (const limit of this.#told) {
      if (limit.until > now) least = Math.min(least, Math.max(0, this.#left(limit)) / limit.limit);
    }
    return least;
  }

  #left({ counts, remaining }: Told): number {
    if (counts === 'requests') return remaining - this.#waiting;
    return counts === 'tokens' ? remaining - this.#waitingTokens : remaining;
  }

  #lower(limit: Told, now: number): Told {
    const before = this.#told.find(({ name }) => name === limit.name);
    return before !== undefined && before.until > now && before.remaining < limit.remaining ? before : limit;
  }

  #read(headers: HeaderValues, now: number): Told[] {
    if (this.#names.length === 0 || this.#names.some(({ remaining }) => headers[remaining] === undefined))
      this.#names = namesIn(headers);
    return this.#names.flatMap((names) => readLimit(headers, names, now) ?? []);
  }
}

/** More than the whole limit is never free: such a request is tried, and the provider may have its say. */
function needed({ counts, limit }: Told, tokens: number): number {
  return counts === 'tokens' ? Math.max(1, tokens > limit ? 1 : tokens) : 1;
}

function namesIn(headers: HeaderValues): LimitNames[] {
  const found: LimitNames[] = [];
  for (const header in headers) {
    const [, after, before] = REMAINING.exec(header) ?? [];
    if (after === undefined && before === undefined) continue;
    const name = after || before || NO_LIMIT;
    const counts = countsOf(name);
    if (counts === undefined) continue;
    found.push({
      name,
      counts,
      remaining: header,
      limit: header.replace('remaining', 'limit'),
      reset: header.replace('remaining', 'reset'),
      period: header.replace('remaining', 'renewalperiod'),
    });
  }
  return found;
}

/** `input-images` and the like say nothing about most requests. */
function countsOf(name: string): Counts | undefined {
  if (name.includes('token')) return /output|generated|completion/.test(name) ? 'answers' : 'tokens';
  return name.startsWith('req') || /^(second|minute|hour|day)$/.test(name) ? 'requests' : undefined;
}

function readLimit(headers: HeaderValues, names: LimitNames, now: number): Told | undefined {
  const remaining = nonNegative(textOf(headers[names.remaining]));
  const limit = nonNegative(textOf(headers[names.limit]));
  // Azure says -1 where it does not know, and a limit of nothing is none.
  if (remaining === undefined || limit === undefined || limit === 0) return undefined;
  const { name, counts } = names;
  return {
    name,
    counts,
    remaining: Math.min(remaining, limit),
    limit,
    until: now + resetMs(headers, names, now),
  };
}

/** Azure sends a reset of `0` where it does not know. */
function resetMs(headers: HeaderValues, { reset, period }: LimitNames, now: number): number {
  const told = fromMoment(textOf(headers[reset]), now);
  if (told !== undefined && told > 0) return told;
  const seconds = nonNegative(textOf(headers[period]));
  return seconds === undefined || seconds === 0 ? UNTOLD_RESET_MS : seconds * SECOND_MS;
}

function textOf(value: HeaderValues[string]): string {
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
}
