import { calcPrice, type ModelInfo } from '@pydantic/genai-prices';

import type { ModelPrice, PricePeriod, Rate, Rates } from '../../core/price.ts';

/** Hosts that the price list knows by another address. */
const OTHER_ADDRESS: Readonly<Record<string, string>> = { 'api.together.ai': 'together' };

/** Their names of what we count. Others (videos, searches) are not in the usage gw reads. */
const UNITS = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWrite',
  cache_write_1h_mtok: 'cacheWrite1h',
  output_reasoning_mtok: 'reasoning',
  input_audio_mtok: 'audioInput',
  cache_audio_read_mtok: 'audioCacheRead',
  output_audio_mtok: 'audioOutput',
  input_image_mtok: 'imageInput',
  output_image_mtok: 'imageOutput',
  requests_kcount: 'requests',
} as const satisfies Readonly<Record<string, keyof Rates>>;

/** What the price list of genai-prices says of a model at an address; undefined when it does not know it. */
export function listedPrice(url: string, model: string): ModelPrice | undefined {
  const providerId = OTHER_ADDRESS[URL.parse(url)?.host ?? ''];
  const found = calcPrice({}, model, providerId === undefined ? { providerApiUrl: url } : { providerId });
  if (found === null) return undefined;
  const periods = readPeriods(found.model.prices);
  if (periods.some(({ rates }) => Object.keys(rates).length > 0)) return { source: 'genai-prices', periods };
  // An empty price is one that nobody wrote down, but for those whose name says what they cost.
  return model.endsWith(':free')
    ? { source: 'genai-prices', periods: [{ rates: { input: 0, output: 0 } }] }
    : undefined;
}

function readPeriods(prices: ModelInfo['prices']): PricePeriod[] {
  if (!Array.isArray(prices)) return [{ rates: readRates(prices) }];
  return prices.map(({ constraint, prices: own }) => {
    const rates = readRates(own);
    if (constraint === undefined) return { rates };
    if (constraint.type === 'start_date') return { since: Date.parse(constraint.start_date), rates };
    return {
      daily: { from: secondOf(constraint.start_time), to: secondOf(constraint.end_time) },
      rates,
    };
  });
}

/** `17:30:00Z` or with an offset: the second of the UTC day. */
function secondOf(time: string): number {
  return (Date.parse(`1970-01-02T${time}`) / 1000) % 86_400;
}

type Listed = Exclude<ModelInfo['prices'], readonly unknown[]>;

function readRates(listed: Listed): Rates {
  const rates: { -readonly [name in keyof Rates]: Rate } = {};
  for (const [unit, name] of Object.entries(UNITS)) {
    const rate = listed[unit];
    if (rate === undefined) continue;
    rates[name] =
      typeof rate === 'number'
        ? rate
        : {
            base: rate.base,
            tiers: rate.tiers
              .toSorted((a, b) => a.start - b.start)
              .map(({ start, price }) => ({ above: start, rate: price })),
          };
  }
  return rates;
}
