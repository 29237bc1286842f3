import { globToRegExp } from '../lib/glob.ts';
import type { Usage } from './usage.ts';

/** What answers of one model cost at one provider. Plain data: it travels between threads. */
export interface ModelPrice {
  /** Who says so: the profile, a price list, or nobody has to because it costs nothing. */
  readonly source: 'profile' | 'genai-prices' | 'models.dev' | 'free';
  /** The last one that holds counts; the first one where none does. */
  readonly periods: readonly PricePeriod[];
}

/** Rates, and when they hold; without either limit always. */
export interface PricePeriod {
  /** From this moment on: epoch milliseconds. */
  readonly since?: number;
  /** Between these seconds of each UTC day; over midnight when the second is the smaller one. */
  readonly daily?: { readonly from: number; readonly to: number };
  readonly rates: Rates;
}

/**
 * US dollars per million tokens, and per thousand requests. What is not named costs as much as what it is part of:
 * reasoning as `output`, tokens read from the cache as `input`.
 */
export interface Rates {
  readonly input?: Rate;
  readonly output?: Rate;
  readonly cacheRead?: Rate;
  readonly cacheWrite?: Rate;
  readonly cacheWrite1h?: Rate;
  readonly reasoning?: Rate;
  readonly audioInput?: Rate;
  readonly audioCacheRead?: Rate;
  readonly audioOutput?: Rate;
  readonly imageInput?: Rate;
  readonly imageOutput?: Rate;
  readonly requests?: Rate;
}

/** One rate, or another one for everything as soon as the prompt has more tokens than `above`; rising. */
export type Rate =
  | number
  | { readonly base: number; readonly tiers: readonly { readonly above: number; readonly rate: number }[] };

/** What costs nothing. */
export const FREE: ModelPrice = { source: 'free', periods: [{ rates: { input: 0, output: 0 } }] };

const PER_MILLION = 1e-6;
const PER_THOUSAND = 1e-3;
// Sums of binary fractions end in noise; a tenth of a nanodollar is below every price there is.
const PLACES = 1e10;

/** What the owner of a provider says a model costs: by its name or a glob, the first that fits. */
export function ownPrice(
  prices: Readonly<Record<string, Rates>> | undefined,
  model: string,
): ModelPrice | undefined {
  const name = Object.keys(prices ?? {}).find((pattern) => globToRegExp(pattern).test(model));
  const rates = name === undefined ? undefined : prices?.[name];
  return rates && { source: 'profile', periods: [{ rates }] };
}

/** What an answer cost in US dollars, `at` epoch milliseconds; undefined where price or tokens are not known. */
export function costOf({ periods }: ModelPrice, usage: Usage, at: number): number | undefined {
  const rates = ratesAt(periods, at);
  if (rates === undefined) return undefined;
  const { input: prompt = 0 } = usage;
  const input = inputCost(rates, usage, prompt);
  const output = outputCost(rates, usage, prompt);
  if (input === undefined || output === undefined) return undefined;
  const call = rates.requests === undefined ? 0 : rateFor(rates.requests, prompt) * PER_THOUSAND;
  return Math.round((input + output + call) * PLACES) / PLACES;
}

/** The sum, where one of the two is not known the other. */
export function addCost(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.round((a + b) * PLACES) / PLACES;
}

/** The rates that hold at a moment. */
export function ratesAt(periods: readonly PricePeriod[], at: number): Rates | undefined {
  return (periods.findLast((period) => holds(period, at)) ?? periods[0])?.rates;
}

function holds({ since, daily }: PricePeriod, at: number): boolean {
  if (since !== undefined && at < since) return false;
  if (daily === undefined) return true;
  const second = (at / 1000) % 86_400;
  return daily.to < daily.from
    ? second >= daily.from || second < daily.to
    : second >= daily.from && second < daily.to;
}

/** Each token costs once, at the rate of the smallest part it belongs to. */
function inputCost(rates: Rates, usage: Usage, prompt: number): number | undefined {
  const read = partOf(rates.cacheRead, usage.cacheRead);
  const written = partOf(rates.cacheWrite, usage.cacheWrite);
  const hour = Math.min(written, partOf(rates.cacheWrite1h, usage.cacheWrite1h));
  const readAudio = Math.min(read, partOf(rates.audioCacheRead, usage.audioCacheRead));
  // Some of what was cached may be sound or images; it is paid for as cached, and not once more.
  const fresh = Math.max(0, prompt - read - written);
  const audio = Math.min(fresh, partOf(rates.audioInput, freshAudio(usage)));
  const images = Math.min(fresh - audio, partOf(rates.imageInput, usage.imageInput));
  const plain = fresh - audio - images;
  if (plain > 0 && rates.input === undefined) return undefined;
  return (
    PER_MILLION *
    (plain * rateFor(rates.input, prompt) +
      (read - readAudio) * rateFor(rates.cacheRead, prompt) +
      readAudio * rateFor(rates.audioCacheRead, prompt) +
      (written - hour) * rateFor(rates.cacheWrite, prompt) +
      hour * rateFor(rates.cacheWrite1h, prompt) +
      audio * rateFor(rates.audioInput, prompt) +
      images * rateFor(rates.imageInput, prompt))
  );
}

function freshAudio({ audioInput, audioCacheRead = 0 }: Usage): number | undefined {
  return audioInput === undefined ? undefined : Math.max(0, audioInput - audioCacheRead);
}

function outputCost(rates: Rates, usage: Usage, prompt: number): number | undefined {
  const reasoning = partOf(rates.reasoning, usage.reasoning);
  const audio = partOf(rates.audioOutput, usage.audioOutput);
  const images = partOf(rates.imageOutput, usage.imageOutput);
  const plain = Math.max(0, (usage.output ?? 0) - reasoning - audio - images);
  if (plain > 0 && rates.output === undefined) return undefined;
  return (
    PER_MILLION *
    (plain * rateFor(rates.output, prompt) +
      reasoning * rateFor(rates.reasoning, prompt) +
      audio * rateFor(rates.audioOutput, prompt) +
      images * rateFor(rates.imageOutput, prompt))
  );
}

/** Tokens that have a rate of their own. */
function partOf(rate: Rate | undefined, tokens: number | undefined): number {
  return rate === undefined ? 0 : (tokens ?? 0);
}

function rateFor(rate: Rate | undefined, prompt: number): number {
  if (rate === undefined || typeof rate === 'number') return rate ?? 0;
  return rate.tiers.findLast(({ above }) => prompt > above)?.rate ?? rate.base;
}
