import type { Effort } from '../../core/conversation.ts';
import type { Quirk } from '../../core/profile.ts';

/** What a model of this API can be asked; known by its name only, as Google's own documentation tells it. */
export interface ModelTraits {
  /** How the depth of thought is asked for; `none`: a request that asks is refused. */
  readonly thinking: 'level' | 'budget' | 'none';
  readonly levels: readonly Effort[];
  /** Least and most tokens of thought; `off` says whether there may be none. */
  readonly budget: { readonly least: number; readonly most: number; readonly off: boolean };
  /** Refuses (400) a step of its history whose first call has no thought signature. */
  readonly needsSignatures: boolean;
  /** Knows tools and an answer in JSON in the same request. */
  readonly jsonWithTools: boolean;
  /** Takes pictures and documents inside the answer of a tool. */
  readonly mediaInResults: boolean;
  /** Fetches files from any address; older ones only know Google's own. */
  readonly fetches: boolean;
  readonly penalties: boolean;
  /** Has no place for instructions but the first thing the user says. */
  readonly systemAsUser: boolean;
}

const GEMINI = /(?:^|[/.])gemini-/;
const GEMINI_1_2 = /(?:^|[/.])gemini-(?:[12](?:[.-]|$)|pro(?:-vision)?$|robotics-er-1\.5)/;
const GEMINI_2_5 = /(?:^|[/.])gemini-2\.5(?:[.-]|$)/;
/** Models of other senses are built on older ones and do not think. */
const THOUGHTLESS = /-image|-tts|-native-audio/;

/**
 * Names are open-ended, so that everything not known to be old is taken for new, as in Google's aliases
 * (`gemini-flash-latest`). https://ai.google.dev/gemini-api/docs/thinking, …/thought-signatures, …/function-calling
 */
export function traitsOf(model: string, quirks: readonly Quirk[]): ModelTraits {
  const name = model.toLowerCase();
  const isThird = GEMINI.test(name) && !GEMINI_1_2.test(name);
  const isSecond5 = GEMINI_2_5.test(name);
  return {
    thinking: thinkingOf(name, isThird, isSecond5),
    levels: levelsOf(name),
    budget: budgetsOf(name),
    needsSignatures: isThird,
    jsonWithTools: isThird,
    mediaInResults: isThird,
    fetches: isThird || isSecond5 || quirks.includes('vertex-dialect'),
    penalties: !isSecond5 || quirks.includes('vertex-dialect'),
    systemAsUser: /(?:^|\/)gemma-/.test(name),
  };
}

function thinkingOf(name: string, isThird: boolean, isSecond5: boolean): ModelTraits['thinking'] {
  if (/gemini-3-pro-image/.test(name)) return 'budget';
  if (isThird) return 'level';
  return isSecond5 && !THOUGHTLESS.test(name) ? 'budget' : 'none';
}

function levelsOf(name: string): readonly Effort[] {
  if (/gemini-3-pro/.test(name)) return ['low', 'high'];
  if (/gemini-\d+(?:\.\d+)?-pro|gemini-(?:pro|flash)-latest/.test(name)) return ['low', 'medium', 'high'];
  const version = /gemini-(\d+)(?:\.(\d+))?-flash(?!-lite)/.exec(name);
  const isLater = version !== null && Number(version[1]) * 100 + Number(version[2] ?? 0) >= 307;
  return isLater ? ['low', 'medium', 'high'] : ['minimal', 'low', 'medium', 'high'];
}

function budgetsOf(name: string): ModelTraits['budget'] {
  if (/2\.5-pro|gemini-3-pro-image/.test(name)) return { least: 128, most: 32_768, off: false };
  return { least: /flash-lite/.test(name) ? 512 : 1, most: 24_576, off: true };
}
