import { type Fault, fault } from '../../core/fault.ts';
import type { Envelope, RenderTarget } from '../../core/format.ts';
import { OPERATIONS, type Operation } from '../../core/operation.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { field, isObject, stringField } from '../../lib/expect.ts';
import { scanObject, wantedKeys } from '../../lib/json-scan.ts';
import { type Splice, splicedPieces } from '../../lib/splice.ts';
import { EMPTY_ENVELOPE, RequestFields } from '../hub/request-fields.ts';
import { readMultipartEnvelope } from './multipart.ts';

/** Top-level fields that routing looks at; everything else is passed over unread. */
const WANTED = wantedKeys([
  'model',
  'stream',
  'stream_options',
  'fallbacks',
  'models',
  'reasoning_effort',
  'reasoning',
  'max_completion_tokens',
  'max_tokens',
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
export function renderRequest(envelope: Envelope, body: Buffer, target: RenderTarget): readonly Buffer[] {
  const splices: Splice[] = [...envelope.always];
  if (envelope.modelAt && target.model !== envelope.model) {
    const { start, end, json } = envelope.modelAt;
    splices.push({ start, end, text: json ? JSON.stringify(target.model) : target.model });
  }
  if (envelope.askUsage && !target.quirks.includes('no-stream-options')) splices.push(envelope.askUsage);
  return splicedPieces(body, splices);
}

function readJsonEnvelope(operation: Operation, body: Buffer): Outcome<Envelope, Fault> {
  const found = new RequestFields(body, WANTED);
  if (found.fault) return failed(found.fault);
  const model = found.span('model');
  const name = found.string('model');
  if (model && name === undefined && !found.isNull('model'))
    return failed(fault('bad_request', '"model" must be a string'));
  const stream = found.isTrue('stream');
  const options = found.value('stream_options');
  const wantsUsage = field(options, 'include_usage') === true;
  const reports = operation === 'chat' || operation === 'completions';
  return ok({
    model: name ?? '',
    stream,
    effort: readEffort(found),
    answerTokens: found.count('max_completion_tokens') ?? found.count('max_tokens'),
    fallbacks: [...found.models('fallbacks'), ...found.models('models')],
    session: found.string('prompt_cache_key') ?? found.string('user'),
    wantsUsage,
    always: found.removals('fallbacks', 'models'),
    modelAt: model && { start: model.start, end: model.end, json: true },
    askUsage: stream && reports && !wantsUsage ? askUsage(body, found, options) : undefined,
  });
}

function readEffort(found: RequestFields): string | undefined {
  return found.string('reasoning_effort') ?? stringField(found.value('reasoning'), 'effort');
}

/** Edits the caller's text instead of writing it anew: it may be nested deeper than can be printed. */
function askUsage(body: Buffer, found: RequestFields, options: unknown): Splice | undefined {
  const given = found.span('stream_options');
  if (!given) {
    const stream = found.span('stream');
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
