import { FOLLOWER_QUIRKS, type Preset } from '../core/profile.ts';

/**
 * What nearly all hosts have in common that only follow the OpenAI API. OpenAI itself and OpenRouter know both; what
 * the others do with a field they do not know ranges from ignoring it to a 400, and the old spellings work everywhere:
 * https://docs.litellm.ai/docs/completion/developer_role lists who is sent `system` instead.
 */
export const FOLLOWERS = FOLLOWER_QUIRKS;

type Row = Pick<Preset, 'name' | 'title' | 'url'> & Partial<Preset>;

/** A hosted service with a key; what most rows are. */
export function hosted(row: Row): Preset {
  return {
    format: 'openai-chat',
    alsoSpeaks: [],
    auth: 'bearer',
    env: [],
    quirks: [],
    owns: [],
    model: undefined,
    keysPage: undefined,
    local: false,
    ...row,
  };
}

/**
 * A server on this machine: no key, no cost, and whatever models its owner loaded. These servers speak subsets of other
 * formats too, since versions of their own (https://docs.ollama.com/api/anthropic-compatibility, and Responses from 0.13.3
 * on without state; https://lmstudio.ai/docs/developer/anthropic-compat from 0.4.1 on; https://docs.vllm.ai
 * serving/online_serving; https://huggingface.co/blog/ggml-org/anthropic-messages-api-in-llamacpp). Which version runs here
 * is not known, an older one answers 404, and translation works with all of them: none is listed as spoken, and whoever
 * wants one says `--also-speaks`.
 */
function local(row: Row): Preset {
  return hosted({ auth: 'none', quirks: ['free', ...FOLLOWERS], local: true, ...row });
}

/**
 * Requests that a server on a desk serves at once; those beyond it would wait in its own queue, and for gw look like a
 * server that has died. LM Studio has four places (https://lmstudio.ai/docs/app/advanced/parallel-requests); Ollama one to
 * four (OLLAMA_NUM_PARALLEL) and llama.cpp as many as it was started with (--parallel), where a few that wait do no harm.
 * vLLM is made for hundreds and is not limited.
 */
const AT_HOME = 4;

/**
 * The vendors and local servers that gw takes into use by itself when it finds their key or address, in the order a
 * fallback chain is made from them. Addresses, variables and model names are from each vendor's own documentation
 * (named above each row).
 */
export const VENDORS: readonly Preset[] = [
  // https://platform.openai.com/docs/api-reference
  hosted({
    name: 'openai',
    title: 'OpenAI',
    url: 'https://api.openai.com/v1',
    alsoSpeaks: ['openai-responses'],
    env: ['OPENAI_API_KEY'],
    // gpt-oss is an open model that others serve and OpenAI does not.
    owns: [
      'gpt-3*',
      'gpt-4*',
      'gpt-5*',
      'gpt-image*',
      'gpt-audio*',
      'gpt-realtime*',
      'chatgpt-*',
      'codex-*',
      'computer-use-*',
      'o1*',
      'o3*',
      'o4*',
      'text-embedding-3-*',
      'text-embedding-ada-*',
      'omni-moderation-*',
      'text-moderation-*',
      'dall-e-*',
      'sora-*',
      'tts-1*',
      'whisper-1',
      'davinci-*',
      'babbage-*',
      'ft:gpt-*',
    ],
    model: 'gpt-4o-mini',
    keysPage: 'https://platform.openai.com/api-keys',
  }),
  // https://platform.claude.com/docs/en/api/overview and /docs/en/about-claude/models/overview
  hosted({
    name: 'anthropic',
    title: 'Anthropic',
    url: 'https://api.anthropic.com/v1',
    format: 'anthropic-messages',
    auth: 'x-api-key',
    env: ['ANTHROPIC_API_KEY'],
    owns: ['claude-*'],
    model: 'claude-haiku-4-5',
    keysPage: 'https://platform.claude.com/settings/keys',
  }),
  // https://ai.google.dev/api and /gemini-api/docs/api-key: both variables are read by Google's own SDKs.
  hosted({
    name: 'gemini',
    title: 'Google Gemini',
    url: 'https://generativelanguage.googleapis.com/v1beta',
    format: 'gemini',
    auth: 'x-goog-api-key',
    env: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    owns: ['gemini-*', 'gemma-*-it'],
    model: 'gemini-2.5-flash',
    keysPage: 'https://aistudio.google.com/apikey',
  }),
  // https://openrouter.ai/docs: model names are `vendor/model`, which other hosts use too, so it owns only its own.
  hosted({
    name: 'openrouter',
    title: 'OpenRouter',
    url: 'https://openrouter.ai/api/v1',
    // https://openrouter.ai/docs/api/api-reference/responses/create-responses and /anthropic-messages/create-a-message
    alsoSpeaks: ['openai-responses', 'anthropic-messages'],
    env: ['OPENROUTER_API_KEY'],
    // https://openrouter.ai/docs/features/prompt-caching
    quirks: ['cache-control'],
    owns: ['openrouter/*'],
    model: 'openai/gpt-4o-mini',
    keysPage: 'https://openrouter.ai/settings/keys',
  }),
  // https://console.groq.com/docs/openai and /docs/deprecations: its Llama models ended on 2026-08-16, gpt-oss stays.
  hosted({
    name: 'groq',
    title: 'Groq',
    url: 'https://api.groq.com/openai/v1',
    // https://console.groq.com/docs/responses-api
    alsoSpeaks: ['openai-responses'],
    quirks: FOLLOWERS,
    env: ['GROQ_API_KEY'],
    owns: ['groq/*', 'llama-*-instant', 'llama-*-versatile', 'whisper-large-v3*'],
    model: 'openai/gpt-oss-20b',
    keysPage: 'https://console.groq.com/keys',
  }),
  // https://docs.mistral.ai/api: refuses unknown fields with 422, `stream_options` among them; usage comes unasked.
  // https://github.com/mistralai/mistral-common/issues/169: no user's message after a tool's.
  hosted({
    name: 'mistral',
    title: 'Mistral',
    url: 'https://api.mistral.ai/v1',
    env: ['MISTRAL_API_KEY'],
    quirks: [
      ...FOLLOWERS,
      'no-stream-options',
      'tool-choice-any',
      'ids-9',
      'assistant-after-tools',
      'random-seed',
      // https://docs.mistral.ai/api: AssistantMessage
      'prefill-prefix',
      'mistral-moderation',
    ],
    owns: [
      'mistral-*',
      'ministral-*',
      'magistral-*',
      'codestral-*',
      'devstral-*',
      'pixtral-*',
      'voxtral-*',
      'open-mistral-*',
      'open-mixtral-*',
    ],
    model: 'mistral-small-latest',
    keysPage: 'https://console.mistral.ai/api-keys',
  }),
  // https://api-docs.deepseek.com: the address has no version prefix (`/v1` is accepted as an alias).
  hosted({
    name: 'deepseek',
    title: 'DeepSeek',
    url: 'https://api.deepseek.com',
    env: ['DEEPSEEK_API_KEY'],
    // `deepseek-ai/…` is the same models at other hosts.
    owns: [
      'deepseek-v*',
      'deepseek-flash*',
      'deepseek-pro*',
      'deepseek-chat',
      'deepseek-reasoner',
      'deepseek-coder',
    ],
    // https://api-docs.deepseek.com/guides/thinking_mode: 400 without it. /guides/json_mode: `json_object` only.
    quirks: [...FOLLOWERS, 'reasoning-content-back', 'json-object-only'],
    model: 'deepseek-flash',
    keysPage: 'https://platform.deepseek.com/api_keys',
  }),
  // https://docs.x.ai/developers/rest-api-reference
  hosted({
    name: 'xai',
    title: 'xAI',
    url: 'https://api.x.ai/v1',
    // https://docs.x.ai/developers/model-capabilities/text/comparison
    alsoSpeaks: ['openai-responses'],
    quirks: FOLLOWERS,
    env: ['XAI_API_KEY'],
    owns: ['grok-*'],
    model: 'grok-4.20-0309-non-reasoning',
    keysPage: 'https://console.x.ai/team/default/api-keys',
  }),
  // https://docs.together.ai/docs/inference/openai-compatibility: names are `vendor/model`, as at other hosts.
  hosted({
    name: 'together',
    title: 'Together AI',
    url: 'https://api.together.ai/v1',
    quirks: FOLLOWERS,
    env: ['TOGETHER_API_KEY'],
    owns: ['togethercomputer/*'],
    model: 'openai/gpt-oss-20b',
    keysPage: 'https://api.together.ai/settings/api-keys',
  }),
  // https://docs.fireworks.ai/tools-sdks/openai-compatibility
  hosted({
    name: 'fireworks',
    title: 'Fireworks AI',
    url: 'https://api.fireworks.ai/inference/v1',
    quirks: FOLLOWERS,
    env: ['FIREWORKS_API_KEY'],
    owns: ['accounts/*/models/*', 'accounts/*/routers/*'],
    model: 'accounts/fireworks/models/gpt-oss-20b',
    keysPage: 'https://app.fireworks.ai/settings/users/api-keys',
  }),
  // https://inference-docs.cerebras.ai/resources/openai: every model it has is an open one that others serve too.
  hosted({
    name: 'cerebras',
    title: 'Cerebras',
    url: 'https://api.cerebras.ai/v1',
    quirks: FOLLOWERS,
    env: ['CEREBRAS_API_KEY'],
    model: 'gpt-oss-120b',
    keysPage: 'https://cloud.cerebras.ai',
  }),
  // https://docs.cohere.com/v2/reference/chat
  hosted({
    name: 'cohere',
    title: 'Cohere',
    url: 'https://api.cohere.com/v2',
    format: 'cohere-chat',
    env: ['COHERE_API_KEY', 'CO_API_KEY'],
    owns: ['command-*', 'c4ai-*'],
    model: 'command-r7b-12-2024',
    keysPage: 'https://dashboard.cohere.com/api-keys',
  }),
  // https://docs.ollama.com/api/openai-compatibility
  local({ name: 'ollama', title: 'Ollama', url: 'http://127.0.0.1:11434/v1', concurrency: AT_HOME }),
  // https://lmstudio.ai/docs/developer/openai-compat
  local({ name: 'lmstudio', title: 'LM Studio', url: 'http://127.0.0.1:1234/v1', concurrency: AT_HOME }),
  // https://github.com/ggml-org/llama.cpp/tree/master/tools/server
  local({ name: 'llamacpp', title: 'llama.cpp', url: 'http://127.0.0.1:8080/v1', concurrency: AT_HOME }),
  // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
  local({ name: 'vllm', title: 'vLLM', url: 'http://127.0.0.1:8000/v1' }),
];
