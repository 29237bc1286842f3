import { field, parseJson, stringField } from '../lib/expect.ts';
import type { FormatName } from './operation.ts';

/** How each format's providers are asked for all their models, from their base address. */
const LIST_PATHS: Readonly<Record<FormatName, string | undefined>> = {
  'openai-chat': '/models',
  'openai-responses': '/models',
  // https://docs.anthropic.com/en/api/models-list: twenty at a time unless more are asked for, a thousand at most.
  'anthropic-messages': '/models?limit=1000',
  // https://ai.google.dev/api/models#method:-models.list: fifty, a thousand at most.
  gemini: '/models?pageSize=1000',
  // Another service at another host, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html.
  'bedrock-converse': undefined,
  // https://docs.cohere.com/reference/list-models: there is no v2 of it.
  'cohere-chat': '/../v1/models?page_size=1000&endpoint=chat',
  // https://docs.ollama.com/api/tags
  'ollama-chat': '/api/tags',
};

/** Where a provider lists its models; undefined where its format has no such question. */
export function modelListUrl(baseUrl: string, format: FormatName): string | undefined {
  const path = LIST_PATHS[format];
  return path === undefined ? undefined : new URL(`${baseUrl}${path}`).href;
}

/**
 * The names in a list of models; undefined when it is none. `{data: [{id}]}`, as OpenAI, Anthropic and nearly every host
 * that follows them spell it, or the bare array; Google, Cohere and Ollama say `{models: [{name}]}`, Google with
 * `models/` before each name.
 */
export function readModelNames(text: string): string[] | undefined {
  const body = parseJson(text);
  const list = Array.isArray(body) ? body : (field(body, 'data') ?? field(body, 'models'));
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((entry) => {
    const name = stringField(entry, 'id') ?? stringField(entry, 'name');
    return name === undefined ? [] : [name.replace(/^models\//, '')];
  });
}
