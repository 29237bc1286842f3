import type { Rates } from '../core/price.ts';
import { keysOf } from '../lib/expect.ts';
import { modelName } from './model-name.ts';
import { number, type ObjectReader } from './reader.ts';

/** What a person's own price can name: a rate by its name, and what it is. US dollars per million tokens. */
export const PRICE_KEYS: Readonly<Record<Exclude<keyof Rates, 'requests'>, string>> = {
  input: 'Tokens of the prompt.',
  output: 'Tokens of the answer.',
  cacheRead: 'Tokens of the prompt that were read from the cache.',
  cacheWrite: 'Tokens of the prompt that were written to the cache.',
  cacheWrite1h: 'Those of them that are kept for an hour.',
  reasoning: 'Tokens of the answer that were thought, where they cost something else.',
  audioInput: 'Tokens of the prompt that are sound.',
  audioCacheRead: 'Those of them that were read from the cache.',
  audioOutput: 'Tokens of the answer that are sound.',
  imageInput: 'Tokens of the prompt that are images.',
  imageOutput: 'Tokens of the answer that are images.',
};

// The dearest model there was asked for 600.
const RATE = number(0, 100_000);

/** Reads the prices of a provider, by model name or pattern; undefined when it names none. */
export function readPrices(reader: ObjectReader): Readonly<Record<string, Rates>> | undefined {
  const prices: Record<string, Rates> = {};
  const entries = reader.table('prices');
  for (const [name, entry] of entries) {
    if (modelName.read(name) === undefined) {
      reader.problem(reader.below('prices'), 'a price has no name of a model', {
        expected: modelName.expected,
      });
    }
    prices[name] = readRates(entry);
  }
  return entries.length === 0 ? undefined : prices;
}

function readRates(entry: ObjectReader): Rates {
  const rates: { -readonly [name in keyof Rates]: number } = {};
  for (const name of keysOf(PRICE_KEYS)) {
    const rate = entry.optional(name, RATE);
    if (rate !== undefined) rates[name] = rate;
  }
  if (rates.input === undefined) {
    entry.problem(entry.below('input'), 'a price needs at least "input"', {
      expected: 'US dollars per million tokens: {"input": 2.5, "output": 10}',
    });
  }
  entry.finish();
  return rates;
}
