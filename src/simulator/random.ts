import { hashText, seededRandom } from '../lib/seeded-random.ts';

export { hashText, seededRandom as randomFrom };

/** One of the items; the list must not be empty. */
export function pick<T>(items: readonly [T, ...T[]], random: () => number): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** `length` characters that look like the random part of an id. */
export function idFrom(seed: number, length: number): string {
  const random = seededRandom(seed);
  let id = '';
  while (id.length < length) id += random().toString(36).slice(2);
  return id.slice(0, length);
}
