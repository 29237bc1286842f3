import { parseDuration } from '../lib/duration.ts';
import { field, isObject, parseJson } from '../lib/expect.ts';
import { parseHttpDate } from './http-date.ts';

/** Header values by name, in any case. */
export type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>;

// Nobody's limit is longer than a day; what says more is a mistake or an attack.
const LONGEST_MS = 86_400_000;
// A number of seconds is below 1e9 (30 years); above it is a moment, in seconds, and from 1e12 in milliseconds.
const EPOCH_SECONDS = 1e9;
const EPOCH_MS = 1e12;
// `date` has whole seconds and travels a while: smaller differences are no proof of a wrong clock.
const CLOCK_SKEW_MS = 5_000;
const LONGEST_VALUE = 64;
const BODY_PREFIX = 16_384;

/**
 * How long the provider asked to be left alone: milliseconds from `now`, 0 to 24 h, or undefined when it did not say.
 * The most explicit word wins: `retry-after-ms`, `retry-after`, the body, then the reset times of exhausted limits.
 * `status` 429 says that some limit was hit, also when none is told to be exhausted.
 */
export function readRetryAfter(
  headers: HeaderValues,
  bodyText: string,
  now: number,
  status?: number,
): number | undefined {
  const named = readHeaders(headers);
  const theirNow = clockOf(named, now);
  const told =
    fromMilliseconds(named.get('retry-after-ms')) ??
    fromMoment(named.get('retry-after'), theirNow) ??
    fromBody(bodyText.slice(0, BODY_PREFIX), theirNow) ??
    fromResets(named, theirNow, status === 429);
  return told === undefined ? undefined : Math.min(Math.max(told, 0), LONGEST_MS);
}

/** Headers by their lower-case names; values that are too long to mean anything here are left out. */
export function readHeaders(headers: HeaderValues): Map<string, string> {
  const named = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const text = typeof value === 'string' ? value : value?.[0];
    if (text !== undefined && text.length <= LONGEST_VALUE) named.set(name.toLowerCase(), text.trim());
  }
  return named;
}

/** The provider's own clock when ours or theirs is visibly wrong: its moments mean what it thinks the time is. */
function clockOf(named: ReadonlyMap<string, string>, now: number): number {
  const theirs = parseHttpDate(named.get('date') ?? '', now);
  return theirs === undefined || Math.abs(theirs - now) < CLOCK_SKEW_MS ? now : theirs;
}

// Azure OpenAI and OpenAI send `retry-after-ms` beside `retry-after`, and OpenAI's SDK prefers it (openai-node, client.ts).
function fromMilliseconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : nonNegative(text);
}

/**
 * Milliseconds from `now` to what a value means: seconds (`1`, `0.5`), a duration (OpenAI, Groq: `6m0s`, `12ms`), a
 * moment as a date (Anthropic: RFC 3339), as epoch seconds (DigitalOcean) or as epoch
 * milliseconds (OpenRouter). Negative numbers and junk are undefined; moments gone by are 0.
 */
export function fromMoment(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text === '') return undefined;
  const number = nonNegative(text);
  if (number !== undefined) {
    if (number < EPOCH_SECONDS) return number * 1000;
    return Math.max(0, (number < EPOCH_MS ? number * 1000 : number) - now);
  }
  const moment = parseHttpDate(text, now);
  return moment === undefined ? parseDuration(text) : Math.max(0, moment - now);
}

/** A number of at least 0; undefined for anything else. */
export function nonNegative(text: string): number | undefined {
  return /^\d+(\.\d+)?$|^\.\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * `x-ratelimit-reset-requests`, `x-ratelimit-reset`, `anthropic-ratelimit-tokens-reset`, …, each beside headers of the
 * same name with `remaining` and `limit`. All exhausted limits must recover, so the longest of them counts. Where none
 * is exhausted but one was hit, it is the one with the least left: a request may want more tokens than there are.
 */
function fromResets(named: ReadonlyMap<string, string>, now: number, oneWasHit: boolean): number | undefined {
  const resets = [...readResets(named, now)];
  const exhausted = resets.filter((reset) => reset.left === 0).map((reset) => reset.waitMs);
  if (exhausted.length > 0) return Math.max(...exhausted);
  if (!oneWasHit) return undefined;
  return resets.sort((a, b) => a.left - b.left || a.waitMs - b.waitMs)[0]?.waitMs;
}

/** Reset times with the share of their limit that is left; 1 where that is not told. */
function* readResets(
  named: ReadonlyMap<string, string>,
  now: number,
): Generator<{ waitMs: number; left: number }> {
  for (const [name, value] of named) {
    if (!/ratelimit.*-reset\b/.test(name)) continue;
    const waitMs = fromMoment(value, now);
    // Azure sends a reset of `0` and a remainder of `-1` where it does not know.
    if (waitMs === undefined || waitMs === 0) continue;
    const remaining = nonNegative(named.get(name.replace('-reset', '-remaining')) ?? '');
    const limit = nonNegative(named.get(name.replace('-reset', '-limit')) ?? '') ?? 0;
    const share = remaining !== undefined && limit > 0 ? remaining / limit : 1;
    yield { waitMs, left: remaining === 0 ? 0 : share };
  }
}

// The quotes may be escaped: gateways such as OpenRouter put the provider's own error inside a string of theirs.
// Google: `google.rpc.RetryInfo` in `error.details`, https://cloud.google.com/apis/design/errors#error_details
const RETRY_DELAY = /retryDelay\\*"\s*:\s*\\*"(\d+(?:\.\d+)?)s/;
// OpenAI, Groq: "Please try again in 6m0s." Azure: "Please retry after 26 seconds." Google: "Please retry in 34.4s."
const SENTENCE =
  /(?:try again|retry) (?:in|after) (?:(\d[\d.]*) ?(milliseconds?|seconds?|minutes?|hours?)|(\d[\d.smhd]*[smhd]))/i;

const WORD_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
};

function fromBody(text: string, now: number): number | undefined {
  return fromGoogle(text) ?? fromOpenRouter(text, now) ?? fromSentence(text);
}

function fromGoogle(text: string): number | undefined {
  const seconds = RETRY_DELAY.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** OpenRouter puts the headers into the body: `{"error":{"metadata":{"headers":{"X-RateLimit-Reset":"1741305600000"}}}}`. */
function fromOpenRouter(text: string, now: number): number | undefined {
  if (!text.includes('"metadata"')) return undefined;
  const headers = field(field(field(parseJson(text), 'error'), 'metadata'), 'headers');
  if (!isObject(headers)) return undefined;
  const named = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) named.set(name.toLowerCase(), String(value));
  return fromMoment(named.get('retry-after'), now) ?? fromResets(named, now, true);
}

function fromSentence(text: string): number | undefined {
  const found = SENTENCE.exec(text);
  if (found === null) return undefined;
  const [, amount, word, duration] = found;
  if (duration !== undefined) return parseDuration(duration);
  const unitMs = WORD_MS[(word ?? '').toLowerCase().replace(/s$/, '')] ?? Number.NaN;
  const wait = Number(amount) * unitMs;
  return Number.isFinite(wait) ? wait : undefined;
}
