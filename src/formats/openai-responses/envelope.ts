import { type Fault, fault } from '../../core/fault.ts';
import type { Envelope, RenderTarget } from '../../core/format.ts';
import { OPERATIONS, type Operation } from '../../core/operation.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { stringField } from '../../lib/expect.ts';
import { wantedKeys } from '../../lib/json-scan.ts';
import { type Splice, splicedPieces } from '../../lib/splice.ts';
import { EMPTY_ENVELOPE, RequestFields } from '../hub/request-fields.ts';

/** Top-level fields that routing looks at; everything else is passed over unread. */
const WANTED = wantedKeys([
  'model',
  'stream',
  'reasoning',
  'max_output_tokens',
  'prompt_cache_key',
  'conversation',
  'previous_response_id',
  'store',
  'fallbacks',
  'models',
]);

/** `/responses/resp_123` and what lies below it: an answer that its provider keeps. */
const KEPT_ANSWER = /^\/responses\/([^/?]+)/;

/** Reads what routing needs from a request of the Responses API. */
export function readEnvelope(
  operation: Operation,
  _contentType: string,
  body: Buffer,
  path: string,
): Outcome<Envelope, Fault> {
  if (OPERATIONS[operation].body !== 'json') return ok(withPin(EMPTY_ENVELOPE, KEPT_ANSWER.exec(path)?.[1]));
  const found = new RequestFields(body, WANTED);
  if (found.fault) return failed(found.fault);
  const model = found.span('model');
  const name = found.string('model');
  if (model && name === undefined && !found.isNull('model'))
    return failed(fault('bad_request', '"model" must be a string'));
  const envelope: Envelope = {
    model: name ?? '',
    stream: found.isTrue('stream'),
    effort: stringField(found.value('reasoning'), 'effort'),
    answerTokens: found.count('max_output_tokens'),
    fallbacks: [...found.models('fallbacks'), ...found.models('models')],
    session: found.string('prompt_cache_key') ?? readConversationId(found),
    wantsUsage: true,
    always: found.removals('fallbacks', 'models'),
    modelAt: model && { start: model.start, end: model.end, json: true },
    askUsage: undefined,
    ...(found.value('store') === false && { unstored: true }),
  };
  return ok(withPin(envelope, found.string('previous_response_id')));
}

/** The request for one target: the caller's bytes with the model's name replaced. */
export function renderRequest(envelope: Envelope, body: Buffer, target: RenderTarget): readonly Buffer[] {
  const splices: Splice[] = [...envelope.always];
  if (envelope.modelAt && target.model !== envelope.model) {
    const { start, end } = envelope.modelAt;
    splices.push({ start, end, text: JSON.stringify(target.model) });
  }
  return splicedPieces(body, splices);
}

function withPin(envelope: Envelope, pinned: string | undefined): Envelope {
  return pinned === undefined || pinned === '' ? envelope : { ...envelope, pinned };
}

function readConversationId(found: RequestFields): string | undefined {
  return found.string('conversation') ?? stringField(found.value('conversation'), 'id');
}
