import { type Fault, fault } from '../../core/fault.ts';
import type { Envelope, RenderTarget } from '../../core/format.ts';
import { OPERATIONS, type Operation } from '../../core/operation.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { field, isObject, isString, parseJson, stringField } from '../../lib/expect.ts';
import { isLiteral, readString, scanObject, wantedKeys } from '../../lib/json-scan.ts';
import { applySplices, type Splice } from '../../lib/splice.ts';
import { readMultipartEnvelope } from './multipart.ts';

interface Span {
  readonly start: number;
  readonly end: number;
  /** Where the key's opening quote stands. */
  readonly key: number;
}

const COMMA = 0x2c;

/** Top-level fields that routing looks at; everything else is passed over unread. */
const WANTED = wantedKeys([
  'model',
  'stream',
  'stream_options',
  'fallbacks',
  'models',
  'reasoning_effort',
  'reasoning',
  'prompt_cache_key',
  'user',
]);

const USAGE_KEY = wantedKeys(['include_usage']);

/** Reads what routing needs from a request of the OpenAI API, JSON or multipart. */
export function readEnvelope(
  operation: Operation,
  contentType: string,
  body: Buffer,
): Outcome<Envelope, Fault> {
  if (contentType.startsWith('multipart/form-data')) return readMultipartEnvelope(contentType, body);
  if (OPERATIONS[operation].body !== 'json') return ok(EMPTY_ENVELOPE);
  return readJsonEnvelope(operation, body);
}

/** The request for one target: the caller's bytes with the model's name replaced and usage asked for. */
export function renderRequest(envelope: Envelope, body: Buffer, target: RenderTarget): Buffer {
  const splices: Splice[] = [...envelope.always];
  if (envelope.modelAt && target.model !== envelope.model) {
    const { start, end, json } = envelope.modelAt;
    splices.push({ start, end, text: json ? JSON.stringify(target.model) : target.model });
  }
  if (envelope.askUsage && !target.quirks.includes('no-stream-options')) splices.push(envelope.askUsage);
  return applySplices(body, splices);
}

/** What is known of a request whose body is not looked into. */
export const EMPTY_ENVELOPE: Envelope = {
  model: '',
  stream: false,
  effort: undefined,
  fallbacks: [],
  session: undefined,
  wantsUsage: true,
  always: [],
  modelAt: undefined,
  askUsage: undefined,
};

function readJsonEnvelope(operation: Operation, body: Buffer): Outcome<Envelope, Fault> {
  // A key given twice: parsers keep the last one, so the last one is what routes and what is edited.
  const found = new Map<string, Span>();
  const ours: Span[] = [];
  const broken = scanObject(body, WANTED, (key, keyStart, start, end) => {
    const span = { start, end, key: keyStart };
    found.set(key, span);
    if (key === 'fallbacks' || key === 'models') ours.push(span);
  });
  if (broken !== -1) return failed(notJson(body, broken));
  const model = found.get('model');
  const name = model && readString(body, model.start, model.end);
  if (model && name === undefined && !isLiteral(body, model.start, model.end, 'null'))
    return failed(fault('bad_request', '"model" must be a string'));
  const stream = isTrue(body, found.get('stream'));
  const options = parseSpan(body, found.get('stream_options'));
  const wantsUsage = field(options, 'include_usage') === true;
  const reports = operation === 'chat' || operation === 'completions';
  return ok({
    model: name ?? '',
    stream,
    effort: readEffort(body, found),
    fallbacks: [...readModels(body, found.get('fallbacks')), ...readModels(body, found.get('models'))],
    session: stringSpan(body, found.get('prompt_cache_key')) ?? stringSpan(body, found.get('user')),
    wantsUsage,
    always: removals(body, ours),
    modelAt: model && { start: model.start, end: model.end, json: true },
    askUsage: stream && reports && !wantsUsage ? askUsage(body, found, options) : undefined,
  });
}

function notJson(body: Buffer, at: number): Fault {
  if (body.length === 0) return fault('bad_request', 'the request has no body; a JSON object was expected');
  const text = body.toString('utf8', 0, at);
  const line = text.split('\n').length;
  const column = text.length - text.lastIndexOf('\n');
  return fault(
    'bad_request',
    `the body is not a JSON object: unexpected text at line ${line}, column ${column}`,
  );
}

function isTrue(body: Buffer, span: Span | undefined): boolean {
  return span !== undefined && isLiteral(body, span.start, span.end, 'true');
}

function parseSpan(body: Buffer, span: Span | undefined): unknown {
  return span && parseJson(body.toString('utf8', span.start, span.end));
}

function stringSpan(body: Buffer, span: Span | undefined): string | undefined {
  return span && readString(body, span.start, span.end);
}

/** Names, or objects with a `model`, as the peers that take such lists spell them. */
function readModels(body: Buffer, span: Span | undefined): string[] {
  const list = parseSpan(body, span);
  if (!Array.isArray(list)) return [];
  return list.map((item) => (isString(item) ? item : stringField(item, 'model'))).filter(isString);
}

function readEffort(body: Buffer, found: ReadonlyMap<string, Span>): string | undefined {
  const flat = stringSpan(body, found.get('reasoning_effort'));
  return flat ?? stringField(parseSpan(body, found.get('reasoning')), 'effort');
}

/** The edits that take out the fields only gw understands; neighbours go together, so that no comma is left over. */
function removals(body: Buffer, spans: readonly Span[]): Splice[] {
  const groups: Span[] = [];
  for (const span of spans) {
    const before = groups.at(-1);
    const isNeighbour = before && skipSpace(body, skipSpace(body, before.end) + 1) === span.key;
    if (isNeighbour) groups[groups.length - 1] = { ...before, end: span.end };
    else groups.push(span);
  }
  return groups.map((group) => remove(body, group));
}

/** Takes a field out together with the comma after it, or the one before it when it is the last. */
function remove(body: Buffer, { key, end }: Span): Splice {
  const after = skipSpace(body, end);
  if (body[after] === COMMA) return { start: key, end: after + 1, text: '' };
  let before = key - 1;
  while (before > 0 && isSpace(body[before])) before--;
  return { start: body[before] === COMMA ? before : key, end, text: '' };
}

/** Edits the caller's text instead of writing it anew: it may be nested deeper than can be printed. */
function askUsage(body: Buffer, found: ReadonlyMap<string, Span>, options: unknown): Splice | undefined {
  const given = found.get('stream_options');
  if (!given) {
    const stream = found.get('stream');
    return stream && { start: stream.end, end: stream.end, text: ',"stream_options":{"include_usage":true}' };
  }
  let said: Splice | undefined;
  scanObject(body.subarray(given.start, given.end), USAGE_KEY, (_key, _keyStart, start, end) => {
    said = { start: given.start + start, end: given.start + end, text: 'true' };
  });
  if (said) return said;
  const isFilled = isObject(options) && Object.keys(options).length > 0;
  return isFilled
    ? { start: given.end - 1, end: given.end, text: ',"include_usage":true}' }
    : { start: given.start, end: given.end, text: '{"include_usage":true}' };
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (isSpace(body[at])) at++;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
