import type { Loss } from '../../core/conversation.ts';
import type { DirectAnswer, DirectTranslation } from '../../core/direct.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { RenderTarget, WireRequest } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import {
  type EmbeddingPurpose,
  type EmbeddingTexts,
  readEmbeddingTexts,
  tooManyTexts,
} from '../hub/embedding-texts.ts';
import { floatsText, writeEmbeddings } from '../hub/embedding-vectors.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { camel, pick, pickList, pickString } from './names.ts';
import { readPath, resourceName, writePath } from './path.ts';

/** https://ai.google.dev/api/embeddings#v1beta.TaskType; there are others, which nobody else has a word for. */
const TASKS: Readonly<Record<EmbeddingPurpose, string>> = {
  search_document: 'RETRIEVAL_DOCUMENT',
  search_query: 'RETRIEVAL_QUERY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
};

/** "at most 100 requests can be in one batch", says the API. */
const MOST_TEXTS = 100;

type Call = { readonly path: string; readonly json: Exclude<JsonOut, undefined> };

/** OpenAI's `/embeddings`, asked of a provider of this format. */
export const GEMINI_EMBEDDINGS_FROM_OPENAI: DirectTranslation = {
  encodeRequest: (body, target) => {
    const read = readEmbeddingTexts(body);
    if (read.is === 'failed') return read;
    const call = target.quirks.includes('vertex-dialect')
      ? askVertex(read.value, target)
      : askGemini(read.value, target);
    if (call.is === 'failed') return call;
    const { path, json } = call.value;
    return ok({ path, body: Buffer.from(writeJson(json)), losses: [...read.value.losses].sort() });
  },
  decodeAnswer: (body, asked) => {
    const view = viewJson(body.toString('utf8'));
    return writeEmbeddings(vectorsOf(view), asked, tokensOf(view));
  },
};

function askGemini(
  { texts, dimensions: outputDimensionality, purpose }: EmbeddingTexts,
  { model, quirks }: RenderTarget,
): Outcome<Call, Fault> {
  const wrong = tooManyTexts(texts, MOST_TEXTS);
  if (wrong) return failed(wrong);
  const requests = texts.map((text) => ({
    model: resourceName(model),
    content: { parts: [{ text }] },
    taskType: purpose && TASKS[purpose],
    outputDimensionality,
  }));
  return ok({ path: writePath(model, 'batchEmbedContents', quirks), json: { requests } });
}

/** Vertex AI has no batches, and `predict` for all models but the newest ones (recorded traffic). */
function askVertex(
  { texts, dimensions: outputDimensionality, purpose }: EmbeddingTexts,
  { model, quirks }: RenderTarget,
): Outcome<Call, Fault> {
  const task = purpose && TASKS[purpose];
  if (/gemini-embedding-(?!001)/.test(model)) {
    // "The embedContent API for this model only supports one content at a time", says google-genai.
    const wrong = tooManyTexts(texts, 1);
    if (wrong) return failed(wrong);
    const content = { parts: texts.map((text) => ({ text })) };
    const json = { content, taskType: task, outputDimensionality };
    return ok({ path: writePath(model, 'embedContent', quirks), json });
  }
  const instances = texts.map((content) => ({ content, task_type: task }));
  const parameters = outputDimensionality === undefined ? undefined : { outputDimensionality };
  return ok({ path: writePath(model, 'predict', quirks), json: { instances, parameters } });
}

function vectorsOf(view: JsonView | undefined): readonly (JsonView | undefined)[] {
  const one = view?.get('embedding');
  const many = one ? [one] : (view?.list('embeddings') ?? []);
  const predicted = (view?.list('predictions') ?? []).map((prediction) => prediction.get('embeddings'));
  return [...many, ...predicted].map((place) => place?.get('values'));
}

/** Predictions are counted one by one. */
function tokensOf(view: JsonView | undefined): number | undefined {
  const counted = pick(view, 'usageMetadata')?.number('promptTokenCount');
  if (counted !== undefined) return counted;
  const counts = (view?.list('predictions') ?? []).map((prediction) =>
    prediction.get('embeddings')?.get('statistics')?.number('token_count'),
  );
  if (counts.length === 0 || !counts.every((count) => count !== undefined)) return undefined;
  return counts.reduce((sum, count) => sum + count, 0);
}

/** `:embedContent` and `:batchEmbedContents`, asked of a provider that speaks OpenAI's API. */
export const OPENAI_EMBEDDINGS_FROM_GEMINI: DirectTranslation = {
  encodeRequest: (body, { model }) => embeddingsToOpenai(body, model, false),
  decodeAnswer: (body, { path }) => embeddingsFromOpenai(body, path),
};

/** The same on the way to a provider of a third format: what the vectors are for goes on as `input_type`. */
export const PURPOSEFUL_EMBEDDINGS_FROM_GEMINI: DirectTranslation = {
  encodeRequest: (body, { model }) => embeddingsToOpenai(body, model, true),
  decodeAnswer: (body, { path }) => embeddingsFromOpenai(body, path),
};

function embeddingsToOpenai(body: Buffer, model: string, tellsPurpose: boolean): Outcome<WireRequest, Fault> {
  const view = viewJson(body.toString('utf8'));
  const requests = view?.get('requests') ? pickList(view, 'requests') : view ? [view] : [];
  const input = requests.map(textOf);
  if (input.length === 0) return failed(fault('bad_request', 'there is nothing to embed'));
  if (!input.every((text) => text !== undefined))
    return failed(fault('untranslatable', 'only text can be embedded there'));
  const input_type = tellsPurpose ? purposeOf(requests) : undefined;
  const told = new Set(['content', 'model', 'outputDimensionality', ...(input_type ? ['taskType'] : [])]);
  const losses = new Set<Loss>();
  for (const request of requests)
    for (const name of request.fields().keys())
      if (!told.has(camel(name))) losses.add(fieldLoss(camel(name)));
  const dimensions = pick(requests[0], 'outputDimensionality')?.asNumber();
  const json = { model, input, dimensions, encoding_format: 'float', input_type };
  return ok({ path: '/embeddings', body: Buffer.from(writeJson(json)), losses: [...losses].sort() });
}

function textOf(request: JsonView): string | undefined {
  const parts = pickList(request.get('content'), 'parts').map((part) => part.string('text'));
  return parts.length > 0 && parts.every((part) => part !== undefined) ? parts.join('\n') : undefined;
}

/** What all of them are for; there is one word for the whole of OpenAI's list. */
function purposeOf(requests: readonly JsonView[]): string | undefined {
  const tasks = new Set(requests.map((request) => pickString(request, 'taskType')));
  const found = Object.entries(TASKS).find(([, task]) => tasks.has(task));
  return tasks.size === 1 ? found?.[0] : undefined;
}

function embeddingsFromOpenai(body: Buffer, path: string): Outcome<DirectAnswer, Fault> {
  const view = viewJson(body.toString('utf8'));
  const data = [...(view?.list('data') ?? [])].sort(
    (a, b) => (a.number('index') ?? 0) - (b.number('index') ?? 0),
  );
  const vectors = data.map((entry) => floatsText(entry.get('embedding')));
  if (vectors.length === 0 || !vectors.every((vector) => vector !== undefined))
    return failed(fault('upstream_garbled', 'the answer has no embeddings'));
  const embeddings = vectors.map((values) => ({ values: new Verbatim(values) }));
  const counted = view?.get('usage');
  const tokens = counted?.number('prompt_tokens') ?? counted?.number('total_tokens');
  const isBatch = readPath(path)?.method === 'batchEmbedContents';
  const answer = {
    ...(isBatch ? { embeddings } : { embedding: embeddings[0] }),
    usageMetadata: tokens === undefined ? undefined : { promptTokenCount: tokens },
  };
  const usage = tokens === undefined ? undefined : { input: tokens };
  return ok({ body: Buffer.from(writeJson(answer)), usage });
}
