import type { Effort } from '../../core/conversation.ts';

/** What a model of OpenAI's own takes in a request; it refuses (400) the rest. */
export interface OpenaiModel {
  /** How hard it can be asked to think; empty: it does not think. */
  readonly efforts: readonly Effort[];
  /** Takes `temperature` and `top_p`. */
  readonly sampling: boolean;
}

/** Names are matched in this order. From the models.dev catalogue of 2026-07, MIT, and OpenAI's model pages. */
const MODELS: readonly (readonly [RegExp, OpenaiModel])[] = [
  [/^(?:gpt-[34]|chatgpt|davinci|babbage)/, plain()],
  [/^gpt-5-chat|^gpt-5\.(?:[3-9]|\d\d)-chat/, plain()],
  [/^gpt-5\.\d+-chat|^o\d.*-deep-research/, thinking('medium')],
  [/^o\d|^codex-mini/, thinking('low', 'medium', 'high')],
  [/^gpt-5-pro/, thinking('high')],
  [/^gpt-5\.\d+-pro/, thinking('medium', 'high', 'xhigh')],
  [/^gpt-5\.1-codex-max|^gpt-5\.2-codex/, thinking('low', 'medium', 'high', 'xhigh')],
  [/^gpt-5(?:\.1)?-codex/, thinking('low', 'medium', 'high')],
  [/^gpt-5(?![.\d])/, thinking('minimal', 'low', 'medium', 'high')],
  [/^gpt-5\.1/, thinking('none', 'low', 'medium', 'high')],
  [/^gpt-\d/, thinking('none', 'low', 'medium', 'high', 'xhigh')],
];

/** What a model takes that has the name of one of OpenAI's; undefined for the models of others. */
export function openaiModel(model: string): OpenaiModel | undefined {
  // `openai/gpt-5` at OpenRouter, `openai.gpt-5` at Bedrock; a tuned model is named after its base: `ft:gpt-4o:…`.
  const name = model.toLowerCase().replace(/^.*\/|^openai\.|^ft:/g, '');
  if (name.startsWith('gpt-oss')) return undefined;
  return MODELS.find(([pattern]) => pattern.test(name))?.[1];
}

function plain(): OpenaiModel {
  return { efforts: [], sampling: true };
}

function thinking(...efforts: readonly Effort[]): OpenaiModel {
  return { efforts, sampling: false };
}
