import { createHash } from 'node:crypto';

import type { CallerFormatName } from '../core/operation.ts';
import { isObject, isString, parseJson } from '../lib/expect.ts';
import { withoutNames } from './keep.ts';

/** A request as far as it decides which answer it gets. */
export interface AskedRequest {
  readonly format: CallerFormatName;
  readonly method: string;
  readonly url: string;
  readonly contentType: string;
  readonly body: Buffer;
}

/** A request without what changes from run to run: equal ones get the same answer. */
export interface NormalRequest {
  readonly key: string;
  readonly path: string;
  /** Format, method and path: what no two requests differ in that may get the same answer. */
  readonly place: string;
  /** Every value of the body by its place (`messages[0].content`), where it is JSON. */
  readonly leaves: ReadonlyMap<string, string>;
}

/** Texts that are another one each time: unique ids, ids that APIs give to their parts, dates and times of day. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  // Codex puts the kind in front: msg_01a202d0-a8e8-7850-b9b5-15cd87e01d46.
  [/(?<![0-9a-z])(?:[a-z]{1,8}_)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [
    /\b(?:call|toolu|msg|rs|fc|fco|ctc|ctco|ws|resp|chatcmpl|run|step|srvtoolu)[-_][A-Za-z0-9]{8,}\b/g,
    '<id>',
  ],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<date>'],
  [
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2}|\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*),? \d{4}\b/g,
    '<date>',
  ],
  [/\b\d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M\b)?/gi, '<time>'],
  // The home that gw launch gives Gemini CLI for one session, which it tells its model of.
  [/\bgw-gemini-\w{6}\b/g, '<home>'],
];

/** Makes equal what should get the same answer: keys in any order, volatile texts, ignored fields, credentials. */
export function normalise(asked: AskedRequest, ignored: readonly string[]): NormalRequest {
  const { format, method, contentType } = asked;
  const path = normalPath(asked.url);
  const place = [format, method, path].join('\0');
  const body = withoutNames(asked.body);
  const value = parseJson(body.toString('utf8'));
  const leaves = new Map<string, string>();
  if (isObject(value)) collect(value, '', new Set(ignored), leaves);
  const content = isObject(value) ? [...leaves].flat().join('\0') : opaque(body, contentType);
  const key = createHash('sha256').update(`${place}\0${content}`).digest('hex');
  return { key, path, place, leaves };
}

/** Parameters in any order; a key among them is the caller's own. */
function normalPath(url: string): string {
  const query = url.indexOf('?');
  const path = (query === -1 ? url : url.slice(0, query)).replaceAll(/\/{2,}/g, '/');
  if (query === -1) return path;
  const given = [...new URLSearchParams(url.slice(query))].filter(([name]) => !/key|token/i.test(name));
  const rest = new URLSearchParams(given);
  rest.sort();
  return rest.size === 0 ? path : `${path}?${rest.toString()}`;
}

function collect(
  value: unknown,
  place: string,
  ignored: ReadonlySet<string>,
  leaves: Map<string, string>,
): void {
  if (ignored.has(place)) return;
  if (Array.isArray(value)) {
    if (value.length === 0) leaves.set(place, '[]');
    for (const [index, item] of value.entries()) collect(item, `${place}[${index}]`, ignored, leaves);
  } else if (isObject(value)) {
    const names = Object.keys(value).toSorted();
    if (names.length === 0) leaves.set(place, '{}');
    for (const name of names) collect(value[name], place === '' ? name : `${place}.${name}`, ignored, leaves);
  } else leaves.set(place, isString(value) ? JSON.stringify(steady(value)) : JSON.stringify(value));
}

function steady(text: string): string {
  return VOLATILE.reduce((rest, [pattern, instead]) => rest.replaceAll(pattern, instead), text);
}

/** Forms have a boundary that is another one each time. */
function opaque(body: Buffer, contentType: string): string {
  const [, boundary] = /boundary="?([^";]+)/.exec(contentType) ?? [];
  const text = body.toString('latin1');
  return boundary === undefined ? text : text.replaceAll(boundary, '<boundary>');
}
