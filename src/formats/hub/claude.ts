import type { Effort } from '../../core/conversation.ts';
import type { TranslationTarget } from '../../core/format.ts';

/**
 * What a model takes of this format. Claude's models refuse (400) what their generation does not know, and later ones
 * refuse what earlier ones took. Sources: platform.claude.com/docs (adaptive-thinking, extended-thinking, effort,
 * structured-outputs, mid-conversation-system-messages, errors#prefill-not-supported) as of September 2026.
 */
export interface Claude {
  /** False for other vendors' models behind this format. */
  readonly isClaude: boolean;
  /**
   * - `none`: knows no thinking.
   * - `budget`: thinks up to a number of tokens.
   * - `adaptive`: thinks as it likes, more or less of it by its effort.
   */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** What it does when nothing is said, and whether that can be changed. */
  readonly thinksUnasked: 'no' | 'yes' | 'always';
  /** Whether a tool can be forced on it; not on all that always think. */
  readonly forcedTools: boolean;
  /** The efforts `output_config` may name. */
  readonly efforts: readonly Effort[];
  /** `temperature`, `top_p`, `top_k`. */
  readonly sampling: boolean;
  /** `output_config.format` and strict tools. */
  readonly structured: boolean;
  /** Messages of the role `system`. */
  readonly lateSystem: boolean;
  /** Goes on from a last message of the assistant. */
  readonly prefill: boolean;
  /** A limit on its answer that it takes when nobody says one. */
  readonly usualMaxTokens: number;
}

/** The smallest limit of any Claude model (claude-3-haiku), and so one that every model takes. */
const SMALLEST_MAX_TOKENS = 4096;
/** What Claude 4 models and later can all write (Opus 4's limit), and what Claude Code asks of them. */
const MODERN_MAX_TOKENS = 32_000;

/** Models of other vendors: what the first version of this format had. */
const UNKNOWN: Claude = {
  isClaude: false,
  thinking: 'budget',
  thinksUnasked: 'yes',
  forcedTools: true,
  efforts: [],
  sampling: true,
  structured: false,
  lateSystem: false,
  prefill: true,
  usualMaxTokens: SMALLEST_MAX_TOKENS,
};

/** What a target takes: by its name, in whatever way a vendor spells it (`anthropic/claude-opus-4.5`), and by its facts. */
export function claudeOf({ model, reasons, samples }: ClaudeTarget): Claude {
  const name = model.toLowerCase();
  const known = name.includes('claude') ? byName(name) : UNKNOWN;
  return {
    ...known,
    sampling: known.sampling && samples !== false,
    ...(!known.isClaude && reasons === false && { thinking: 'none', thinksUnasked: 'no' }),
  };
}

type ClaudeTarget = Pick<TranslationTarget, 'model' | 'reasons' | 'samples'>;

function byName(name: string): Claude {
  const family = /opus|sonnet|haiku|fable|mythos/.exec(name)?.[0];
  const version = versionOf(name);
  const isAlwaysThinking =
    family === 'fable' || family === 'mythos' || (version >= 5.5 && family !== 'haiku');
  return {
    isClaude: true,
    thinking: version >= 4.6 ? 'adaptive' : version >= 3.7 ? 'budget' : 'none',
    thinksUnasked: isAlwaysThinking ? 'always' : version >= 5 ? 'yes' : 'no',
    forcedTools: !isAlwaysThinking || version === 5,
    efforts: effortsOf(version, family),
    sampling: version < 4.7,
    structured: version >= 4.5 || (version === 4.1 && family === 'opus'),
    lateSystem: (family === 'opus' && version >= 4.8) || family === 'fable' || family === 'mythos',
    prefill: version < 4.6,
    usualMaxTokens: version >= 4 ? MODERN_MAX_TOKENS : SMALLEST_MAX_TOKENS,
  };
}

/**
 * `claude-3-7-sonnet-20250219` → 3.7, `claude-opus-4-8` → 4.8, `claude-sonnet-4-20250514` → 4. A name without a version
 * is taken for the newest.
 */
function versionOf(name: string): number {
  const [, major, minor] = /[-_ ](\d)(?:[-._](\d))?(?!\d)/.exec(name) ?? [];
  return major === undefined ? Number.POSITIVE_INFINITY : Number(`${major}.${minor ?? 0}`);
}

function effortsOf(version: number, family: string | undefined): readonly Effort[] {
  if (version >= 4.7) return ['low', 'medium', 'high', 'xhigh', 'max'];
  // From the API's own refusal: "Supported levels: high, low, max, medium."
  if (version === 4.6) return ['low', 'medium', 'high', 'max'];
  return version === 4.5 && family === 'opus' ? ['low', 'medium', 'high'] : [];
}
