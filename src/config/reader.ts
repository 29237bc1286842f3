import { parseDuration } from '../lib/duration.ts';
import { isKeyOf, isObject, isString, type JsonObject, keysOf } from '../lib/expect.ts';
import { nearest } from '../lib/nearest.ts';
import { looksLikeKey, mayBeKey, shownValue } from './pasted-key.ts';
import { placeBelow } from './place.ts';

/** A problem before it is known which file it is in. */
export interface PlacedProblem {
  readonly place: string;
  readonly message: string;
  readonly expected?: string;
  readonly nearest?: string;
}

/** Turns a value into what it stands for, or undefined when it is not what `expected` says. */
export interface Kind<T> {
  readonly expected: string;
  read(value: unknown): T | undefined;
}

/**
 * One object of the profile file. Each key is read once through the kind that says what it must be;
 * `finish` reports every key that nobody read.
 */
export class ObjectReader {
  readonly place: string;
  readonly #object: JsonObject;
  readonly #problems: PlacedProblem[];
  readonly #known = new Set<string>();

  constructor(object: JsonObject, place: string, problems: PlacedProblem[]) {
    this.#object = object;
    this.place = place;
    this.#problems = problems;
  }

  /** The value of a key, or undefined when it is absent or (reported) not of that kind. */
  optional<T>(key: string, kind: Kind<T>): T | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const found = kind.read(value);
    if (found === undefined) this.#mismatch(this.below(key), value, kind.expected);
    return found;
  }

  /** A list, each element read through the same kind. */
  list<T>(key: string, kind: Kind<T>): readonly T[] | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) {
      this.#mismatch(this.below(key), value, `a list, each ${kind.expected}`);
      return undefined;
    }
    const found: T[] = [];
    for (const [index, item] of value.entries()) {
      const read = kind.read(item);
      if (read === undefined) this.#mismatch(placeBelow(this.below(key), index), item, kind.expected);
      else found.push(read);
    }
    return found;
  }

  /** A reader for the object at a key. */
  object(key: string): ObjectReader | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (isObject(value)) return new ObjectReader(value, this.below(key), this.#problems);
    this.#mismatch(this.below(key), value, 'an object');
    return undefined;
  }

  /** A reader for each object of a table whose keys are names. */
  table(key: string): readonly (readonly [string, ObjectReader])[] {
    const table = this.object(key);
    if (!table) return [];
    return Object.keys(table.#object).flatMap((name) => {
      const entry = table.object(name);
      return entry ? [[name, entry] as const] : [];
    });
  }

  /** A reader for each object of a list. */
  objects(key: string): readonly ObjectReader[] | undefined {
    return this.list(key, {
      expected: 'an object',
      read: (item) => (isObject(item) ? item : undefined),
    })?.map((item, index) => new ObjectReader(item, placeBelow(this.below(key), index), this.#problems));
  }

  /** The raw value of a key; reading it makes the key known. */
  value(key: string): unknown {
    this.#known.add(key);
    return Object.hasOwn(this.#object, key) ? this.#object[key] : undefined;
  }

  /** Names that are written here. */
  names(): readonly string[] {
    return Object.keys(this.#object);
  }

  below(key: string): string {
    return placeBelow(this.place, key);
  }

  problem(
    place: string,
    message: string,
    more: { expected?: string; nearest?: string | undefined } = {},
  ): void {
    const { nearest: meant, ...rest } = more;
    this.#problems.push({ place, message, ...rest, ...(meant === undefined ? {} : { nearest: meant }) });
  }

  /** Reports what nobody read. */
  finish(): void {
    for (const key of Object.keys(this.#object)) {
      if (this.#known.has(key)) continue;
      if (mayBeKey(key)) {
        this.problem(this.place, 'a key stands where a setting is named', {
          expected: 'one of ' + [...this.#known].join(', '),
        });
        continue;
      }
      this.problem(this.below(key), 'unknown key', {
        expected: `one of ${[...this.#known].join(', ')}`,
        nearest: nearest(key, this.#known),
      });
    }
  }

  #mismatch(place: string, value: unknown, expected: string): void {
    this.problem(place, `${shownValue(value)} is not allowed here`, { expected });
  }
}

export const text: Kind<string> = {
  expected: 'text',
  read: (value) => (isString(value) && value !== '' && value.length <= 4096 ? value : undefined),
};

export const flag: Kind<boolean> = {
  expected: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

/** A whole number in a range. */
export function whole(from: number, to: number): Kind<number> {
  return {
    expected: `a whole number from ${from} to ${to}`,
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to
        ? value
        : undefined,
  };
}

/** Any number in a range. */
export function number(from: number, to: number): Kind<number> {
  return {
    expected: `a number from ${from} to ${to}`,
    read: (value) => (typeof value === 'number' && value >= from && value <= to ? value : undefined),
  };
}

/** A day is longer than any wait that makes sense, and fits a timer. */
const LONGEST_MS = 86_400_000;

/** `"10s"`, `"1m30s"` or a number of milliseconds. */
export const duration: Kind<number> = {
  expected: 'a duration up to a day: "10s", "1m30s", or a number of milliseconds',
  read(value) {
    const ms = isString(value) ? parseDuration(value) : value;
    return typeof ms === 'number' && ms >= 0 && ms <= LONGEST_MS ? ms : undefined;
  },
};

/** An answer kept for longer than a month is one that nobody remembers asking for. */
const LONGEST_SPAN_MS = 30 * LONGEST_MS;

/** The same, for what is kept rather than waited for. */
export const span: Kind<number> = {
  expected: 'a duration up to 30 days: "10m", "12h", "7d", or a number of milliseconds',
  read(value) {
    const ms = isString(value) ? parseDuration(value) : value;
    return typeof ms === 'number' && ms >= 0 && ms <= LONGEST_SPAN_MS ? ms : undefined;
  },
};

const SIZES = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 } as const;

/** `"128MB"` (1 MB is 1,048,576 bytes) or a number of bytes. */
export const size: Kind<number> = {
  expected: 'a size of at least 1KB: "128MB", "1GB", or a number of bytes',
  read(value) {
    const bytes = isString(value) ? parseSize(value) : value;
    return typeof bytes === 'number' && Number.isInteger(bytes) && bytes >= 1024 && bytes <= 1024 ** 5
      ? bytes
      : undefined;
  },
};

function parseSize(value: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB)$/i.exec(value.trim());
  const unit = found?.[2]?.toUpperCase() ?? '';
  return found && isKeyOf(SIZES, unit) ? Math.round(Number(found[1]) * SIZES[unit]) : undefined;
}

/** One word of a fixed set. */
export function oneOf<K extends string>(table: Readonly<Record<K, unknown>>): Kind<K> {
  return {
    expected: `one of ${keysOf(table).join(', ')}`,
    read: (value) => (isString(value) && isKeyOf(table, value) ? value : undefined),
  };
}

/** One word of a fixed set, or something else. */
export function wordOr<K extends string, T>(
  table: Readonly<Record<K, unknown>>,
  other: Kind<T>,
): Kind<K | T> {
  return {
    expected: `${keysOf(table).join(', ')}, or ${other.expected}`,
    read: (value) => (isString(value) && isKeyOf(table, value) ? value : other.read(value)),
  };
}

/** Text of a given shape. */
export function matching(pattern: RegExp, expected: string): Kind<string> {
  return {
    expected,
    read: (value) => (isString(value) && pattern.test(value) && !looksLikeKey(value) ? value : undefined),
  };
}
