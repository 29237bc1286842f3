import type { Identity } from '../asked.ts';
import { hashText, randomFrom } from '../random.ts';

/** A vector of length one, the same one for the same text. */
export function unitVector(text: string, { seed }: Identity, dimensions: number): Float32Array {
  const random = randomFrom(hashText(text, seed));
  const vector = Float32Array.from({ length: dimensions }, () => random() * 2 - 1);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}
