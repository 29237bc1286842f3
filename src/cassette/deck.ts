import { bytesOf, type Cassette, type CassetteExchange } from './cassette.ts';
import { type AskedRequest, normalise, type NormalRequest } from './normalise.ts';

/** What a cassette has for a request. */
export type Found =
  | { readonly is: 'hit'; readonly exchange: CassetteExchange }
  /** It was recorded so many times, and each of its answers was given. */
  | { readonly is: 'used-up'; readonly times: number }
  | { readonly is: 'miss'; readonly nearest: Nearest | undefined };

/** The recorded request that is most like one that was not recorded. */
export interface Nearest {
  /** In which line of the exchanges, from 1. */
  readonly number: number;
  /** In what they differ, a line each, at most a dozen. */
  readonly differences: readonly string[];
}

interface Row {
  readonly exchange: CassetteExchange;
  readonly normal: NormalRequest;
  given: number;
}

const MOST_DIFFERENCES = 12;
const SHOWN_CHARACTERS = 80;
const HIDDEN = '[secret]';

/** The exchanges of a cassette, given out in the order in which they were recorded. */
export class Deck {
  readonly #rows: readonly Row[];
  readonly #byKey: ReadonlyMap<string, readonly Row[]>;
  readonly #ignored: readonly string[];
  readonly #strict: boolean;

  /** @param strict Each answer is given as often as it was recorded; otherwise the last one again and again. */
  constructor({ head, exchanges }: Cassette, strict: boolean) {
    this.#ignored = head.ignored;
    this.#strict = strict;
    this.#rows = exchanges.map((exchange) => ({ exchange, normal: this.#normal(exchange), given: 0 }));
    this.#byKey = Map.groupBy(this.#rows, ({ normal }) => normal.key);
  }

  find(asked: AskedRequest): Found {
    const normal = normalise(asked, this.#ignored);
    const rows = this.#byKey.get(normal.key) ?? this.#rows.filter((row) => isHidden(row.normal, normal));
    const row = rows.find(({ given }) => given === 0) ?? (this.#strict ? undefined : rows.at(-1));
    if (row === undefined) {
      return rows.length > 0
        ? { is: 'used-up', times: rows.length }
        : { is: 'miss', nearest: this.#nearest(normal) };
    }
    row.given++;
    return { is: 'hit', exchange: row.exchange };
  }

  /** Exchanges that nobody asked for, by their number from 1. */
  unused(): readonly { readonly number: number; readonly method: string; readonly url: string }[] {
    return this.#rows.flatMap(({ given, exchange: { method, url } }, index) =>
      given > 0 ? [] : [{ number: index + 1, method, url }],
    );
  }

  /** The models that were asked for. */
  models(): readonly string[] {
    const asked = this.#rows.map(({ normal }) => normal.leaves.get('model'));
    return [...new Set(asked)].flatMap((name) => (name === undefined ? [] : [String(JSON.parse(name))]));
  }

  #normal({ format, method, url, request }: CassetteExchange): NormalRequest {
    const { contentType, body } = request;
    return normalise({ format, method, url, contentType, body: bytesOf(body) }, this.#ignored);
  }

  /** The one with the fewest different values; another path counts as many. */
  #nearest(asked: NormalRequest): Nearest | undefined {
    let nearest: Nearest | undefined;
    let fewest = Infinity;
    for (const [index, { normal }] of this.#rows.entries()) {
      const differences = differencesOf(normal, asked);
      const weight = differences.length + (normal.path === asked.path ? 0 : 1000);
      if (weight >= fewest) continue;
      fewest = weight;
      nearest = { number: index + 1, differences: shortened(differences) };
    }
    return nearest;
  }
}

/** Equal but for credentials, which the recording hid and nobody knows here. */
function isHidden(recorded: NormalRequest, asked: NormalRequest): boolean {
  if (recorded.place !== asked.place || recorded.leaves.size !== asked.leaves.size) return false;
  if (recorded.leaves.size === 0) return false;
  return [...recorded.leaves].every(([place, text]) => {
    const now = asked.leaves.get(place);
    return now === text || (now !== undefined && text.includes(HIDDEN) && isLike(text, now));
  });
}

/** The parts around what is hidden come in this order, and the first and last at the ends. */
function isLike(text: string, now: string): boolean {
  const parts = text.split(HIDDEN);
  const last = parts.pop() ?? '';
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const found = now.indexOf(part, at);
    if (found === -1 || (index === 0 && found !== 0)) return false;
    at = found + part.length;
  }
  return now.length - last.length > at && now.endsWith(last);
}

function differencesOf(recorded: NormalRequest, asked: NormalRequest): string[] {
  const places = new Set([...recorded.leaves.keys(), ...asked.leaves.keys()]);
  const path = recorded.path === asked.path ? [] : [difference('path', recorded.path, asked.path)];
  const values = [...places].flatMap((place) => {
    const [before, now] = [recorded.leaves.get(place), asked.leaves.get(place)];
    return before === now ? [] : [difference(place, before, now)];
  });
  if (path.length + values.length > 0) return [...path, ...values];
  return ['the body: other bytes than were recorded'];
}

function difference(place: string, recorded: string | undefined, asked: string | undefined): string {
  const [before, now] = aroundDifference(recorded ?? 'nothing', asked ?? 'nothing');
  return `${place}: recorded ${before}, asked ${now}`;
}

/** Long texts from shortly before the place where they part. */
function aroundDifference(a: string, b: string): readonly [string, string] {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const from = Math.max(0, same - SHOWN_CHARACTERS / 4);
  const cut = (text: string): string =>
    (from > 0 ? '…' : '') +
    text.slice(from, from + SHOWN_CHARACTERS) +
    (text.length > from + SHOWN_CHARACTERS ? '…' : '');
  return [cut(a), cut(b)];
}

function shortened(differences: readonly string[]): readonly string[] {
  if (differences.length <= MOST_DIFFERENCES) return differences;
  return [...differences.slice(0, MOST_DIFFERENCES), `… and ${differences.length - MOST_DIFFERENCES} more`];
}
