import type { Fault } from '../../core/fault.ts';
import type { Envelope, RenderTarget } from '../../core/format.ts';
import { OPERATIONS, type Operation } from '../../core/operation.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { field, numberField, stringField } from '../../lib/expect.ts';
import { wantedKeys } from '../../lib/json-scan.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { splicedPieces } from '../../lib/splice.ts';
import { effortOf } from '../hub/effort.ts';
import { EMPTY_ENVELOPE, RequestFields } from '../hub/request-fields.ts';
import { isStream, readPath, resourceName } from './path.ts';

/** Protocol buffers read both spellings of a name (https://protobuf.dev/programming-guides/json/). */
const WANTED = wantedKeys([
  'generationConfig',
  'generation_config',
  'cachedContent',
  'cached_content',
  'model',
  'requests',
  'generateContentRequest',
]);

/** Fields in which the small operations repeat the model's name, which must be the one in the path. */
const REPEATS: Partial<Record<Operation, readonly string[]>> = {
  embeddings: ['model', 'requests'],
  'count-tokens': ['generateContentRequest'],
};

/** Reads what routing needs: model and stream stand in the path, the rest of the body is passed over. */
export function readEnvelope(
  operation: Operation,
  _contentType: string,
  body: Buffer,
  path: string,
): Outcome<Envelope, Fault> {
  const asked = readPath(path);
  const named = { ...EMPTY_ENVELOPE, model: asked?.model ?? '', stream: asked ? isStream(asked) : false };
  if (OPERATIONS[operation].body !== 'json') return ok(named);
  const found = new RequestFields(body, WANTED);
  if (found.fault) return failed(found.fault);
  const repeated = (REPEATS[operation] ?? []).map((name) => found.span(name)).find((span) => span);
  const config = found.value('generationConfig') ?? found.value('generation_config');
  return ok({
    ...named,
    effort: readEffort(config),
    answerTokens: numberField(config, 'maxOutputTokens') ?? numberField(config, 'max_output_tokens'),
    // What was put into a cache at a provider is there only: its requests belong together.
    session: found.string('cachedContent') ?? found.string('cached_content'),
    modelAt: repeated && { start: repeated.start, end: repeated.end, json: true },
  });
}

/** The request for one target: the caller's bytes, with the model's name replaced where they repeat it. */
export function renderRequest(envelope: Envelope, body: Buffer, target: RenderTarget): readonly Buffer[] {
  if (!envelope.modelAt || target.model === envelope.model) return [body];
  const { start, end } = envelope.modelAt;
  const view = viewJson(body.toString('utf8', start, end));
  if (!view) return [body];
  return splicedPieces(body, [{ start, end, text: renameModels(view, target.model) }]);
}

/** A name, a request or a list of requests, with that model in it. */
function renameModels(value: JsonView, model: string): string {
  const name = resourceName(model);
  const places = (value.kind === 'array' ? value.items() : [value])
    .map((item) => (item.kind === 'object' ? item.get('model') : item))
    .filter((item) => item?.kind === 'string');
  const { start } = value.span;
  let text = '';
  let at = 0;
  for (const place of places) {
    if (!place) continue;
    text += value.text.slice(at, place.span.start - start) + JSON.stringify(name);
    at = place.span.end - start;
  }
  return text + value.text.slice(at);
}

function readEffort(config: unknown): string | undefined {
  const thinking = field(config, 'thinkingConfig') ?? field(config, 'thinking_config');
  const level = stringField(thinking, 'thinkingLevel') ?? stringField(thinking, 'thinking_level');
  if (level !== undefined) return level.toLowerCase();
  const budget = numberField(thinking, 'thinkingBudget') ?? numberField(thinking, 'thinking_budget');
  if (budget === undefined || budget < 0) return undefined;
  return effortOf(budget);
}
