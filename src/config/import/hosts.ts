import type { Preset } from '../../core/profile.ts';
import { entryOf } from '../../lib/expect.ts';

/** What other tools call the vendors that gw knows under another name. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'azure-openai': 'azure-openai',
  azure: 'azure-openai',
  aws: 'bedrock',
  bedrock_converse: 'bedrock',
  google: 'gemini',
  'google-ai-studio': 'gemini',
  vertex: 'vertex-gemini',
  'vertex-ai': 'vertex-gemini',
  vertex_ai: 'vertex-gemini',
  vertex_ai_beta: 'vertex-gemini',
  claude: 'anthropic',
  'open-router': 'openrouter',
  open_router: 'openrouter',
  mistralai: 'mistral',
  'mistral-ai': 'mistral',
  'x-ai': 'xai',
  grok: 'xai',
  together_ai: 'together',
  'together-ai': 'together',
  togetherai: 'together',
  fireworks_ai: 'fireworks',
  'fireworks-ai': 'fireworks',
  cohere_chat: 'cohere',
  ollama_chat: 'ollama',
  lm_studio: 'lmstudio',
  'lm-studio': 'lmstudio',
  hosted_vllm: 'vllm',
  dashscope: 'alibaba-cn',
  moonshot: 'moonshotai',
  zai: 'zai',
  'z-ai': 'zai',
  zhipu: 'zhipuai',
  novita: 'novita-ai',
  nvidia_nim: 'nvidia',
  github: 'github-models',
  'inference-net': 'inference',
  iointelligence: 'io-net',
  'workers-ai': 'cloudflare-workers-ai',
  cloudflare: 'cloudflare-workers-ai',
  vercel_ai_gateway: 'vercel',
  meta_llama: 'llama',
  snowflake: 'snowflake-cortex',
};

/** Names of models whose vendor everybody knows. */
const VENDOR_OF_MODEL: readonly (readonly [RegExp, string])[] = [
  [/^(gpt-|o\d|chatgpt|text-embedding-|dall-e|whisper|tts-)/i, 'openai'],
  [/^claude/i, 'anthropic'],
  [/^gemini/i, 'gemini'],
  [/^(command|embed-|rerank)/i, 'cohere'],
  [/^(mistral|codestral|ministral|magistral|devstral)/i, 'mistral'],
  [/^deepseek-(chat|reasoner)/i, 'deepseek'],
  [/^grok/i, 'xai'],
];

/** The vendor somebody else's word stands for. */
export function presetNamed(name: string, presets: readonly Preset[]): Preset | undefined {
  const plain = name.toLowerCase();
  const known = entryOf(OTHER_NAMES, plain) ?? plain;
  return presets.find((preset) => preset.name === known);
}

/** The vendor of a model that is named without one. */
export function presetOfModel(model: string, presets: readonly Preset[]): Preset | undefined {
  const name = VENDOR_OF_MODEL.find(([pattern]) => pattern.test(model))?.[1];
  return name === undefined ? undefined : presets.find((preset) => preset.name === name);
}

/** The vendor at an address. Loopback says nothing: any server may listen there. */
export function presetAt(url: string, presets: readonly Preset[]): Preset | undefined {
  const host = URL.parse(url)?.host;
  if (host === undefined || /^(localhost|127\.|\[::1\])/.test(host)) return undefined;
  const there = presets.filter((preset) => URL.parse(preset.url)?.host === host);
  return there.find((preset) => url.startsWith(preset.url)) ?? there[0];
}

// What follows the version prefix in addresses that name one operation.
const OPERATION =
  /\/(chat\/completions|completions|responses|messages|embeddings|models)\/?$|\/models\/[^/]*:?(stream)?[gG]enerateContent.*$/;

/** An address as gw has it: http or https, with its version prefix, without operation, credentials, ? and #. */
export function plainAddress(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') return undefined;
  if (url.username || url.password || url.search || url.hash) return undefined;
  return `${url.origin}${url.pathname}`.replace(OPERATION, '').replace(/\/+$/, '');
}
