import type { FormatName } from './operation.ts';

/**
 * Where each format's API begins at its own vendor: what an address without a path is completed with, and below which
 * gw and its simulator serve it. Bedrock and Ollama spell the whole path in every request.
 */
export const BASE_PATHS: Readonly<Record<FormatName, string>> = {
  'openai-chat': '/v1',
  'openai-responses': '/v1',
  'anthropic-messages': '/v1',
  gemini: '/v1beta',
  'bedrock-converse': '',
  'cohere-chat': '/v2',
  'ollama-chat': '',
};
