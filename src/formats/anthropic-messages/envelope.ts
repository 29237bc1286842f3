import { type Fault, fault } from '../../core/fault.ts';
import type { Envelope, RenderTarget } from '../../core/format.ts';
import { OPERATIONS, type Operation } from '../../core/operation.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { isString, numberField, parseJson, stringField } from '../../lib/expect.ts';
import { wantedKeys } from '../../lib/json-scan.ts';
import { applySplices, type Splice, splicedPieces } from '../../lib/splice.ts';
import { effortOf } from '../hub/effort.ts';
import { EMPTY_ENVELOPE, RequestFields } from '../hub/request-fields.ts';
import { vertexBody, vertexPath } from './vertex.ts';

/** Top-level fields that routing looks at; everything else is passed over unread. */
const WANTED = wantedKeys([
  'model',
  'stream',
  'max_tokens',
  'thinking',
  'output_config',
  'metadata',
  'fallbacks',
]);

/** Reads what routing needs from a request. */
export function readEnvelope(
  operation: Operation,
  _contentType: string,
  body: Buffer,
): Outcome<Envelope, Fault> {
  if (OPERATIONS[operation].body !== 'json') return ok(EMPTY_ENVELOPE);
  const fields = new RequestFields(body, WANTED);
  if (fields.fault) return failed(fields.fault);
  const model = fields.span('model');
  const name = fields.string('model');
  if (model && name === undefined && !fields.isNull('model'))
    return failed(fault('bad_request', '"model" must be a string'));
  const fallbacks = ownFallbacks(fields.value('fallbacks'));
  return ok({
    model: name ?? '',
    stream: fields.isTrue('stream'),
    effort: readEffort(fields.value('thinking'), fields.value('output_config')),
    answerTokens: fields.count('max_tokens'),
    fallbacks: fallbacks ?? [],
    session: readSession(stringField(fields.value('metadata'), 'user_id')),
    wantsUsage: true,
    always: fallbacks ? fields.removals('fallbacks') : [],
    modelAt: model && { start: model.start, end: model.end, json: true },
    askUsage: undefined,
  });
}

/** The request for one target: the caller's bytes with the model's name replaced. */
export function renderRequest(envelope: Envelope, body: Buffer, target: RenderTarget): readonly Buffer[] {
  if (target.quirks.includes('anthropic-vertex'))
    return [vertexBody(applySplices(body, envelope.always), target.model)];
  const splices: Splice[] = [...envelope.always];
  if (envelope.modelAt && target.model !== envelope.model) {
    const { start, end } = envelope.modelAt;
    splices.push({ start, end, text: JSON.stringify(target.model) });
  }
  return splicedPieces(body, splices);
}

/** The path for one target: the caller's own, but where the model stands in it. */
export function renderPath(path: string, { stream }: Envelope, target: RenderTarget): string {
  if (!target.quirks.includes('anthropic-vertex')) return path;
  const [plain] = path.split('?', 1);
  if (plain === '/messages/count_tokens') return vertexPath('count', target.model);
  return plain === '/messages' ? vertexPath(stream ? 'stream' : 'whole', target.model) : path;
}

/**
 * A list of names is gw's own `fallbacks`. Anthropic has a field of that name too, a list of objects or the word
 * `default`, which asks for another model when the first refuses: that one is passed on.
 */
function ownFallbacks(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every(isString) ? value : undefined;
}

function readEffort(thinking: unknown, config: unknown): string | undefined {
  const type = stringField(thinking, 'type');
  if (type === 'disabled') return 'none';
  const effort = stringField(config, 'effort');
  if (effort !== undefined) return effort;
  const budget = numberField(thinking, 'budget_tokens');
  if (budget !== undefined) return effortOf(budget);
  // Without an effort a model that thinks as it likes thinks as if asked for `high` (docs: build-with-claude/effort).
  return type === 'adaptive' ? 'high' : undefined;
}

/**
 * Claude Code says in `user_id` to which of its sessions a request belongs: since 2.1.78 as JSON with a `session_id`,
 * before that as `user_…_account_…_session_…`. Anybody else's is the end user.
 */
function readSession(userId: string | undefined): string | undefined {
  if (userId === undefined || userId === '') return undefined;
  const told = userId.startsWith('{') ? stringField(parseJson(userId), 'session_id') : undefined;
  return told ?? /_session_([\w-]+)$/.exec(userId)?.[1] ?? userId;
}
