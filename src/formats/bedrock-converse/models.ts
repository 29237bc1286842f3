import type { TranslationTarget } from '../../core/format.ts';
import { type Claude, claudeOf } from '../hub/claude.ts';

/**
 * What a model takes of this format. One shape for all does not mean that all take everything: what a model does not
 * know is refused (400). Found out by pydantic-ai against the real service (pydantic_ai/providers/bedrock.py, summer of
 * 2026) and in AWS's tables (userguide/conversation-inference-supported-models-features.html).
 */
export interface BedrockModel {
  readonly claude: Claude;
  /** Whether a tool can be forced on it. */
  readonly forcedTools: boolean;
  /** Where `cachePoint` may stand. */
  readonly caching: 'none' | 'messages' | 'everywhere';
  /** What may stand in the answer of a tool beside text. */
  readonly resultMedia: readonly ('image' | 'document')[];
  /** What may stand in one message with the answers of tools. */
  readonly besideResults: 'anything' | 'text and images' | 'nothing';
  readonly leadingAssistant: boolean;
  readonly prefill: boolean;
  /** Whether it is told that a tool failed. */
  readonly resultStatus: boolean;
  /** Whether the answers of tools are JSON objects. */
  readonly jsonResults: boolean;
  /** `outputConfig` and strict tools. */
  readonly structured: boolean;
  /** How it is told how hard to think: Anthropic's fields, `reasoning_effort`, `reasoning_config` or `reasoningConfig`. */
  readonly thinking: 'claude' | 'openai' | 'qwen' | 'nova' | 'none';
  readonly topK: 'flat' | 'nested' | 'none';
  readonly video: boolean;
  readonly nineCharacterIds: boolean;
}

const PLAIN: Omit<BedrockModel, 'claude'> = {
  forcedTools: false,
  caching: 'none',
  resultMedia: ['image'],
  besideResults: 'anything',
  leadingAssistant: false,
  prefill: false,
  resultStatus: false,
  jsonResults: false,
  structured: false,
  thinking: 'none',
  topK: 'none',
  video: false,
  nineCharacterIds: false,
};

type Row = (name: string, claude: Claude) => Partial<Omit<BedrockModel, 'claude'>>;

/** Not in AWS's table of models with structured output, though Anthropic itself has it for them. */
const CLAUDE_WITHOUT_STRUCTURE = /claude-(opus-4-[178]|opus-5|sonnet-5|fable)/;

const FAMILIES: Readonly<Record<string, Row>> = {
  anthropic: (name, claude) => ({
    forcedTools: claude.forcedTools,
    caching: claude.thinking !== 'none' || /3-5-(haiku|sonnet-20241022)/.test(name) ? 'everywhere' : 'none',
    resultMedia: ['image', 'document'],
    besideResults: 'text and images',
    leadingAssistant: true,
    prefill: claude.prefill,
    resultStatus: true,
    structured: claude.structured && !CLAUDE_WITHOUT_STRUCTURE.test(name),
    thinking: 'claude',
    topK: 'flat',
  }),
  amazon: (name) =>
    name.includes('nova')
      ? {
          forcedTools: true,
          caching: 'messages',
          resultStatus: true,
          topK: 'nested',
          video: true,
          thinking: name.includes('nova-2') ? 'nova' : 'none',
        }
      : {},
  meta: () => ({ besideResults: 'nothing', resultMedia: ['image', 'document'] }),
  mistral: (name) => ({
    besideResults: 'nothing',
    resultMedia: ['document'],
    jsonResults: true,
    nineCharacterIds: true,
    structured: /magistral-small|ministral-3|mistral-large-3|voxtral/.test(name),
  }),
  writer: () => ({ besideResults: 'nothing' }),
  qwen: (name) => ({
    leadingAssistant: true,
    structured: name.includes('qwen3'),
    thinking: /qwen3|qwq/.test(name) ? 'qwen' : 'none',
  }),
  moonshot: () => ({ forcedTools: true, leadingAssistant: true, structured: true, resultMedia: [] }),
  moonshotai: () => ({ forcedTools: true, leadingAssistant: true, structured: true, resultMedia: [] }),
  google: () => ({ structured: true }),
  minimax: (name) => ({ structured: name.includes('minimax-m2') }),
  nvidia: (name) => ({ structured: name.includes('nemotron-nano') }),
  openai: () => ({ thinking: 'openai' }),
};

/**
 * What is known of a model by its id: `anthropic.claude-…`, with a region before it (`us.`), or the name of an inference
 * profile. Profiles of one's own have names that say nothing; they are taken for models that can force tools.
 */
export function modelOf(target: TranslationTarget): BedrockModel {
  const name = target.model.toLowerCase();
  const claude = claudeOf(target);
  const family = name.split(/[./]/).find((part) => Object.hasOwn(FAMILIES, part));
  const row = family === undefined ? undefined : FAMILIES[family];
  if (row) return { ...PLAIN, ...row(name, claude), claude };
  return { ...PLAIN, forcedTools: true, claude };
}
