import { number, type ObjectReader } from './reader.ts';

/** More says nothing that a smaller number does not. */
export const MOST_WEIGHT = 1000;
export const LEAST_WEIGHT = 0.001;

const WEIGHT = number(LEAST_WEIGHT, MOST_WEIGHT);

/** Reads the weights of a route's targets, by what they are called among them. */
export function readWeights(reader: ObjectReader, targets: readonly string[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  const entry = reader.object('weights');
  if (!entry) return weights;
  for (const target of targets) {
    const weight = entry.optional(target, WEIGHT);
    if (weight !== undefined) weights.set(target, weight);
  }
  entry.finish();
  return weights;
}
