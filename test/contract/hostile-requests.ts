import { isObject } from '../../src/lib/expect.ts';
import { ENVELOPE } from './rich-requests.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What no field expects. */
const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  0.5,
  '',
  ' ',
  '\ud800',
  '\u0000',
  '__proto__',
  'constructor',
  'x'.repeat(300),
  'Z3cx',
  'Z3cxW10=',
  ENVELOPE,
  'no base64!',
  'data:,',
  'data:image/png;base64,',
  [],
  {},
  [[]],
  [null],
  [''],
  [{}],
  { type: 'text' },
  { type: 'object' },
  { type: 'tool_result' },
  { $ref: '#' },
  { $ref: '#/$defs/none' },
];

/** The request with a few of its values, fields and items damaged. */
export function damaged(value: unknown, random: () => number, times: number): unknown {
  let copy: unknown = structuredClone(value);
  for (let turn = 0; turn < times; turn++) copy = damagedOnce(copy, random);
  return copy;
}

function damagedOnce(root: unknown, random: () => number): unknown {
  const places: { readonly holder: Record<string, unknown> | unknown[]; readonly key: string }[] = [];
  const walk = (value: unknown): void => {
    if (!Array.isArray(value) && !isObject(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      places.push({ holder: value, key });
      walk(inner);
    }
  };
  walk(root);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const place = pick(places);
  if (!place) return root;
  const { holder, key } = place;
  const other = pick(places);
  const way = Math.floor(random() * 6);
  if (Array.isArray(holder)) {
    const index = Number(key);
    if (way === 0) holder.splice(index, 1);
    else if (way === 1) holder.splice(index, 0, structuredClone(holder[index]));
    else if (way === 2) holder.reverse();
    else holder[index] = way === 3 && other ? structuredClone(valueAt(other)) : structuredClone(pick(ODD));
  } else if (way === 0) delete holder[key];
  else if (way === 1)
    Object.defineProperty(holder, '__proto__', {
      value: structuredClone(pick(ODD)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else holder[key] = way === 3 && other ? structuredClone(valueAt(other)) : structuredClone(pick(ODD));
  return root;
}

function valueAt({
  holder,
  key,
}: {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string;
}): unknown {
  return Array.isArray(holder) ? holder[Number(key)] : holder[key];
}
