import type { Loss } from '../../core/conversation.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { DirectAnswer, DirectTranslation, WireRequest } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { Quirk } from '../../core/profile.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { camel, pick, pickList } from './names.ts';
import { readPath, resourceName, writePath } from './path.ts';

/** A request of OpenAI's `/embeddings` for a provider of this format. Tokens cannot be sent: they are of OpenAI's models. */
export function embeddingsToGemini(
  body: Buffer,
  target: { readonly model: string; readonly quirks: readonly Quirk[] },
): Outcome<WireRequest, Fault> {
  const view = viewJson(body.toString('utf8'));
  const input = view?.get('input');
  const texts = (input?.kind === 'array' ? input.items() : [input]).map((text) => text?.asString());
  if (texts.length === 0 || !texts.every((text) => text !== undefined))
    return failed(fault('untranslatable', 'only text can be embedded there, not tokens'));
  const losses: Loss[] = view?.get('user') ? ['user'] : [];
  const { path, json } = embed(target, texts, view?.number('dimensions'));
  return ok({ path, body: Buffer.from(writeJson(json)), losses });
}

/** Vertex AI has no batches, and `predict` for all models but the newest ones (recorded traffic). */
function embed(
  { model, quirks }: { readonly model: string; readonly quirks: readonly Quirk[] },
  texts: readonly string[],
  outputDimensionality: number | undefined,
): { readonly path: string; readonly json: Exclude<JsonOut, undefined> } {
  const path = (method: string): string => writePath(model, method, quirks);
  const contents = texts.map((text) => ({ parts: [{ text }] }));
  if (!quirks.includes('vertex-dialect')) {
    const requests = contents.map((content) => ({
      model: resourceName(model),
      content,
      outputDimensionality,
    }));
    return { path: path('batchEmbedContents'), json: { requests } };
  }
  const [content] = contents;
  if (contents.length === 1 && /gemini-embedding-(?!001)/.test(model))
    return { path: path('embedContent'), json: { content, outputDimensionality } };
  const parameters = outputDimensionality === undefined ? undefined : { outputDimensionality };
  return { path: path('predict'), json: { instances: texts.map((text) => ({ content: text })), parameters } };
}

/** The answer of a provider of this format for a caller of OpenAI's `/embeddings`. */
export function embeddingsFromGemini(
  body: Buffer,
  asked: { readonly model: string; readonly request: Buffer },
): Outcome<Buffer, Fault> {
  const view = viewJson(body.toString('utf8'));
  const vectors = vectorsOf(view);
  if (!vectors) return failed(fault('upstream_garbled', 'the answer has no embeddings'));
  const isBase64 = viewJson(asked.request.toString('utf8'))?.string('encoding_format') === 'base64';
  const tokens = pick(view, 'usageMetadata')?.number('promptTokenCount');
  const answer = {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: isBase64 ? floatsAsBase64(vector) : new Verbatim(vector.text),
    })),
    model: asked.model,
    usage: tokens === undefined ? undefined : { prompt_tokens: tokens, total_tokens: tokens },
  };
  return ok(Buffer.from(writeJson(answer)));
}

function vectorsOf(view: JsonView | undefined): JsonView[] | undefined {
  const one = view?.get('embedding');
  const many = one ? [one] : (view?.list('embeddings') ?? []);
  const predicted = (view?.list('predictions') ?? []).map((prediction) => prediction.get('embeddings'));
  const vectors = [...many, ...predicted].map((place) => place?.get('values'));
  const whole = vectors.filter((vector): vector is JsonView => vector?.kind === 'array');
  return whole.length > 0 && whole.length === vectors.length ? whole : undefined;
}

/** As OpenAI's libraries ask for vectors: 32-bit floats, little end first. */
function floatsAsBase64(vector: JsonView): string {
  const numbers = vector.items().map((item) => item.asNumber() ?? 0);
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeFloatLE(number, index * 4);
  return bytes.toString('base64');
}

/** A caller's `:embedContent` or `:batchEmbedContents` as a request of OpenAI's `/embeddings`. */
export function embeddingsToOpenai(body: Buffer, model: string): Outcome<WireRequest, Fault> {
  const view = viewJson(body.toString('utf8'));
  const requests = view?.get('requests') ? pickList(view, 'requests') : view ? [view] : [];
  const losses = new Set<Loss>();
  const input: string[] = [];
  for (const request of requests) {
    const parts = pickList(request.get('content'), 'parts').map((part) => part.string('text'));
    if (parts.length === 0 || !parts.every((text) => text !== undefined))
      return failed(fault('untranslatable', 'only text can be embedded there'));
    input.push(parts.join('\n'));
    for (const name of request.fields().keys()) {
      if (!['content', 'model', 'outputDimensionality'].includes(camel(name)))
        losses.add(`field:${camel(name)}`);
    }
  }
  if (input.length === 0) return failed(fault('bad_request', 'there is nothing to embed'));
  const dimensions = pick(requests[0], 'outputDimensionality')?.asNumber();
  const json = { model, input, dimensions, encoding_format: 'float' };
  return ok({ path: '/embeddings', body: Buffer.from(writeJson(json)), losses: [...losses].sort() });
}

/** An answer of OpenAI's `/embeddings` for the caller of this path. */
export function embeddingsFromOpenai(body: Buffer, path: string): Outcome<Buffer, Fault> {
  const view = viewJson(body.toString('utf8'));
  const data = [...(view?.list('data') ?? [])].sort(
    (a, b) => (a.number('index') ?? 0) - (b.number('index') ?? 0),
  );
  const vectors = data.map((entry) => floatsText(entry.get('embedding')));
  if (vectors.length === 0 || !vectors.every((vector) => vector !== undefined))
    return failed(fault('upstream_garbled', 'the answer has no embeddings'));
  const embeddings = vectors.map((values) => ({ values: new Verbatim(values) }));
  const tokens = view?.get('usage')?.number('prompt_tokens');
  const isBatch = readPath(path)?.method === 'batchEmbedContents';
  const answer = {
    ...(isBatch ? { embeddings } : { embedding: embeddings[0] }),
    usageMetadata: tokens === undefined ? undefined : { promptTokenCount: tokens },
  };
  return ok(Buffer.from(writeJson(answer)));
}

/** Some hosts answer in base64 whatever was asked for. */
function floatsText(vector: JsonView | undefined): string | undefined {
  if (vector?.kind === 'array') return vector.text;
  const encoded = vector?.asString();
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const numbers: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) numbers.push(bytes.readFloatLE(at));
  return JSON.stringify(numbers);
}

/** OpenAI's `/embeddings`, asked of a provider of this format. */
export const GEMINI_EMBEDDINGS_FROM_OPENAI: DirectTranslation = {
  encodeRequest: embeddingsToGemini,
  decodeAnswer: (body, asked) => withUsage(embeddingsFromGemini(body, asked), geminiTokens(body)),
};

/** `:embedContent` and `:batchEmbedContents`, asked of a provider that speaks OpenAI's API. */
export const OPENAI_EMBEDDINGS_FROM_GEMINI: DirectTranslation = {
  encodeRequest: (body, { model }) => embeddingsToOpenai(body, model),
  decodeAnswer: (body, { path }) => withUsage(embeddingsFromOpenai(body, path), openaiTokens(body)),
};

function withUsage(answer: Outcome<Buffer, Fault>, input: number | undefined): Outcome<DirectAnswer, Fault> {
  if (answer.is === 'failed') return answer;
  return ok({ body: answer.value, usage: input === undefined ? undefined : { input } });
}

function geminiTokens(body: Buffer): number | undefined {
  return pick(viewJson(body.toString('utf8')), 'usageMetadata')?.number('promptTokenCount');
}

function openaiTokens(body: Buffer): number | undefined {
  return viewJson(body.toString('utf8'))?.get('usage')?.number('prompt_tokens');
}
