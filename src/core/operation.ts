/** The wire dialects callers may speak. Providers may speak them too. */
export type CallerFormatName = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini';

/** Every wire dialect gw speaks; the last ones only towards providers. */
export type FormatName = CallerFormatName | 'bedrock-converse' | 'cohere-chat' | 'ollama-chat';

/** Who speaks each format: callers and providers, or providers alone. */
export const FORMAT_NAMES: Readonly<Record<FormatName, 'both' | 'provider'>> = {
  'openai-chat': 'both',
  'openai-responses': 'both',
  'anthropic-messages': 'both',
  gemini: 'both',
  'bedrock-converse': 'provider',
  'cohere-chat': 'provider',
  'ollama-chat': 'provider',
};

/**
 * What a caller asks for. `stateless` operations leave nothing behind at the provider, so another target may serve
 * them; `auxiliary` ones never change a target's health; `body` is how the model name is found in the request.
 */
export const OPERATIONS = {
  chat: { stateless: true, auxiliary: false, body: 'json', streams: true },
  completions: { stateless: true, auxiliary: false, body: 'json', streams: true },
  embeddings: { stateless: true, auxiliary: false, body: 'json', streams: false },
  rerank: { stateless: true, auxiliary: false, body: 'json', streams: false },
  moderations: { stateless: true, auxiliary: true, body: 'json', streams: false },
  'images.generate': { stateless: true, auxiliary: false, body: 'json', streams: true },
  'images.edit': { stateless: true, auxiliary: false, body: 'multipart', streams: true },
  'images.variation': { stateless: true, auxiliary: false, body: 'multipart', streams: false },
  'audio.speech': { stateless: true, auxiliary: false, body: 'json', streams: true },
  'audio.transcribe': { stateless: true, auxiliary: false, body: 'multipart', streams: true },
  'audio.translate': { stateless: true, auxiliary: false, body: 'multipart', streams: false },
  'count-tokens': { stateless: true, auxiliary: true, body: 'json', streams: false },
  /** A long conversation made shorter by the provider (`/responses/compact`). */
  compact: { stateless: true, auxiliary: false, body: 'json', streams: false },
  models: { stateless: true, auxiliary: true, body: 'none', streams: false },
  other: { stateless: false, auxiliary: true, body: 'opaque', streams: true },
} as const satisfies Readonly<Record<string, OperationRow>>;

export type Operation = keyof typeof OPERATIONS;

export interface OperationRow {
  readonly stateless: boolean;
  readonly auxiliary: boolean;
  readonly body: 'json' | 'multipart' | 'none' | 'opaque';
  readonly streams: boolean;
}
