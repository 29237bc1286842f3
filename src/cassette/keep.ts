import { createHash } from 'node:crypto';

import type { HeaderList } from '../core/capture.ts';
import { type LeftOut, type TakenExchange } from '../core/cassette.ts';
import { maskPieces, type MaskRule, maskText, shows } from '../core/mask.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { bodyOf, type CassetteExchange, type CassetteHead, CASSETTE_VERSION } from './cassette.ts';
import { PATTERNS } from './patterns.ts';

/** Headers of an answer that a client may act on, and that say nothing of whose it was. */
const KEPT_HEADERS = new Set([
  'content-type',
  'content-disposition',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-gw-attempts',
  'x-gw-cache',
  'x-gw-failover',
  'x-gw-lossy',
  'x-gw-model',
  'x-gw-provider',
]);

/** Kept as their hashes: that there is one, and the same one in the body, is worth knowing. */
const HASHED_HEADERS = new Set(['request-id', 'x-request-id', 'x-gw-request-id']);

/** What in a request changes from run to run, or says who asks, and decides nothing about the answer. */
export const IGNORED_FIELDS: readonly string[] = [
  'user',
  'metadata',
  'client_metadata',
  'safety_identifier',
  'prompt_cache_key',
  'request_id',
  'labels',
];

/** The first line of a cassette. */
export function headLine(recorded: Date): string {
  const head: CassetteHead = { recorded: recorded.toISOString().slice(0, 10), ignored: IGNORED_FIELDS };
  return JSON.stringify({ 'gw-cassette': CASSETTE_VERSION, ...head });
}

/** An exchange as it may be shown to anybody; a fault where something cannot be taken out of it. */
export function keepable(taken: TakenExchange): Outcome<CassetteExchange, LeftOut> {
  const rules = [...idRules(taken.headers), ...PATTERNS];
  const raw = taken.chunks.map(([, base64]) => Buffer.from(base64, 'base64'));
  const pieces = maskPieces(raw, rules);
  const request = withoutNames(Buffer.from(taken.request, 'base64'), rules);
  if (shows(pieces, rules.filter(isFinal))) {
    return failed({ path: taken.url, why: 'what looks like a key in it cannot be taken out' });
  }
  const { status, ending, endMs, usage, route } = taken;
  const byte = pieces.reduce((sum, { length }) => sum + length, 0);
  const is = ending === 'whole' ? (status >= 400 ? 'status' : undefined) : ending;
  return ok({
    format: taken.format,
    operation: taken.operation,
    method: taken.method,
    url: maskText(taken.url, PATTERNS),
    ...(route !== undefined && { route: maskText(route, PATTERNS) }),
    request: { contentType: taken.contentType, body: bodyOf(request) },
    answer: {
      status,
      headers: keptHeaders(taken.headers),
      chunks: pieces.map((piece, index) => [taken.chunks[index]?.[0] ?? 0, bodyOf(piece)]),
      ending,
      endMs,
    },
    ...(is && { fault: { is, byte } }),
    ...(usage && { usage }),
  });
}

/** A request's body without what patterns find; looked for in the same way when an answer to it is looked for. */
export function withoutNames(body: Buffer, rules: readonly MaskRule[] = PATTERNS): Buffer {
  return Buffer.concat(maskPieces([body], rules));
}

/** What such a rule leaves would match it again. */
function isFinal({ shown }: MaskRule): boolean {
  return !shown.includes('$');
}

function keptHeaders(headers: HeaderList): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers) {
    const known = name.toLowerCase();
    if (HASHED_HEADERS.has(known)) kept[known] = hashed(value);
    else if (KEPT_HEADERS.has(known)) kept[known] = maskText(value, PATTERNS);
  }
  return kept;
}

/** Errors repeat the id of their request. */
function idRules(headers: HeaderList): readonly MaskRule[] {
  const ids = headers.filter(([name, id]) => HASHED_HEADERS.has(name.toLowerCase()) && id.length >= 8);
  return ids.map(([, id]) => ({
    pattern: new RegExp(id.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`), 'g'),
    shown: hashed(id),
  }));
}

function hashed(id: string): string {
  return `req_${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
}
