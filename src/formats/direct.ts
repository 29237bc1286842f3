import type { DirectTranslation } from '../core/direct.ts';
import type { CallerFormatName, FormatName, Operation } from '../core/operation.ts';
import { ok } from '../core/outcome.ts';
import type { Quirk } from '../core/profile.ts';
import { BEDROCK_EMBEDDINGS_FROM_OPENAI } from './bedrock-converse/embeddings.ts';
import { BEDROCK_IMAGES_FROM_OPENAI } from './bedrock-converse/images.ts';
import { BEDROCK_RANKING } from './bedrock-converse/rerank.ts';
import { COHERE_EMBEDDINGS_FROM_OPENAI } from './cohere-chat/embeddings.ts';
import { COHERE_RANKING } from './cohere-chat/rerank.ts';
import {
  GEMINI_EMBEDDINGS_FROM_OPENAI,
  OPENAI_EMBEDDINGS_FROM_GEMINI,
  PURPOSEFUL_EMBEDDINGS_FROM_GEMINI,
} from './gemini/embeddings.ts';
import { GEMINI_IMAGE_EDITS_FROM_OPENAI, GEMINI_IMAGES_FROM_OPENAI } from './gemini/images.ts';
import { GEMINI_SPEECH_FROM_OPENAI } from './gemini/speech.ts';
import { GEMINI_SPOKEN_ENGLISH_FROM_OPENAI, GEMINI_TRANSCRIPTS_FROM_OPENAI } from './gemini/transcripts.ts';
import { OLLAMA_EMBEDDINGS_FROM_OPENAI } from './ollama-chat/embeddings.ts';
import { MISTRAL_MODERATION } from './openai-chat/moderations.ts';
import { TOP_K_RANKING } from './openai-chat/rerank.ts';

interface DirectRow {
  readonly operation: Operation;
  readonly caller: CallerFormatName;
  readonly provider: FormatName;
  /** Only for hosts with this oddity. */
  readonly quirk?: Quirk;
  readonly translation: DirectTranslation;
}

/** The small operations that gw translates, and between whom. Callers of a third format go by way of OpenAI's shape. */
const ROWS: readonly DirectRow[] = [
  row('embeddings', 'openai-chat', 'gemini', GEMINI_EMBEDDINGS_FROM_OPENAI),
  row('embeddings', 'openai-chat', 'bedrock-converse', BEDROCK_EMBEDDINGS_FROM_OPENAI),
  row('embeddings', 'openai-chat', 'cohere-chat', COHERE_EMBEDDINGS_FROM_OPENAI),
  row('embeddings', 'openai-chat', 'ollama-chat', OLLAMA_EMBEDDINGS_FROM_OPENAI),
  row('embeddings', 'gemini', 'openai-chat', OPENAI_EMBEDDINGS_FROM_GEMINI),
  row('embeddings', 'gemini', 'bedrock-converse', fromGemini(BEDROCK_EMBEDDINGS_FROM_OPENAI)),
  row('embeddings', 'gemini', 'cohere-chat', fromGemini(COHERE_EMBEDDINGS_FROM_OPENAI)),
  row('embeddings', 'gemini', 'ollama-chat', fromGemini(OLLAMA_EMBEDDINGS_FROM_OPENAI)),
  row('rerank', 'openai-chat', 'bedrock-converse', BEDROCK_RANKING),
  row('rerank', 'openai-chat', 'cohere-chat', COHERE_RANKING),
  { ...row('rerank', 'openai-chat', 'openai-chat', TOP_K_RANKING), quirk: 'rerank-top-k' },
  row('images.generate', 'openai-chat', 'gemini', GEMINI_IMAGES_FROM_OPENAI),
  row('images.generate', 'openai-chat', 'bedrock-converse', BEDROCK_IMAGES_FROM_OPENAI),
  row('images.edit', 'openai-chat', 'gemini', GEMINI_IMAGE_EDITS_FROM_OPENAI),
  row('audio.speech', 'openai-chat', 'gemini', GEMINI_SPEECH_FROM_OPENAI),
  row('audio.transcribe', 'openai-chat', 'gemini', GEMINI_TRANSCRIPTS_FROM_OPENAI),
  row('audio.translate', 'openai-chat', 'gemini', GEMINI_SPOKEN_ENGLISH_FROM_OPENAI),
  { ...row('moderations', 'openai-chat', 'openai-chat', MISTRAL_MODERATION), quirk: 'mistral-moderation' },
];

/**
 * How this operation of a caller is asked of a provider of another format, or of one of its own that does it in another
 * way; undefined when it is not, or need not be.
 */
export function directTranslation(
  operation: Operation,
  caller: CallerFormatName,
  provider: FormatName,
  quirks: readonly Quirk[] = [],
): DirectTranslation | undefined {
  return ROWS.find(
    (one) =>
      one.operation === operation &&
      one.caller === caller &&
      one.provider === provider &&
      (one.quirk === undefined || quirks.includes(one.quirk)),
  )?.translation;
}

/** Why there is no translation, after "work speaks cohere-chat, and …". */
const REASONS: Readonly<Record<Operation, string>> = {
  chat: 'gw cannot translate this to it',
  completions: 'gw translates conversations, no bare completions',
  embeddings: 'that has no embeddings',
  rerank: 'that ranks no documents',
  moderations: 'nothing there judges texts by categories',
  'images.generate': 'it makes no pictures',
  'images.edit': 'it changes no pictures as it is told in words',
  'images.variation': "variations of a picture are OpenAI's own",
  'audio.speech': 'it does not speak',
  'audio.transcribe': 'its models are not asked to write down what they hear',
  'audio.translate': 'its models are not asked to write down what they hear',
  'count-tokens': 'the tokens of another format cannot be counted there',
  compact: 'a conversation is made shorter only by who keeps it',
  models: 'that has a list of its own',
  other: 'gw does not know what this path asks for',
};

/** Why a provider of this format is no use for an operation of a caller of another one, after its name. */
export function whyUntranslated(operation: Operation, provider: FormatName): string {
  // Who has the Responses has the rest of OpenAI's API too, more often than not.
  const reason =
    provider === 'openai-responses'
      ? "the rest of OpenAI's API is not known to be there (gw provider edit NAME --also-speaks openai-chat)"
      : REASONS[operation];
  return `speaks ${provider}, and ${reason}`;
}

function row(
  operation: Operation,
  caller: CallerFormatName,
  provider: FormatName,
  translation: DirectTranslation,
): DirectRow {
  return { operation, caller, provider, translation };
}

function fromGemini(onward: DirectTranslation): DirectTranslation {
  return through(PURPOSEFUL_EMBEDDINGS_FROM_GEMINI, onward);
}

/** One translation after the other: the first one's provider is the second one's caller. */
function through(first: DirectTranslation, second: DirectTranslation): DirectTranslation {
  return {
    encodeRequest: (body, target) => {
      const middle = first.encodeRequest(body, target);
      if (middle.is === 'failed') return middle;
      const made = second.encodeRequest(middle.value.body, target);
      if (made.is === 'failed') return made;
      const losses = [...new Set([...middle.value.losses, ...made.value.losses])].sort();
      return ok({ ...made.value, losses });
    },
    decodeAnswer: (body, asked) => {
      const middle = first.encodeRequest(asked.request, { model: asked.model, quirks: [] });
      if (middle.is === 'failed') return middle;
      const answer = second.decodeAnswer(body, { ...asked, request: middle.value.body });
      if (answer.is === 'failed') return answer;
      const made = first.decodeAnswer(answer.value.body, asked);
      return made.is === 'failed' ? made : ok({ ...made.value, usage: answer.value.usage });
    },
  };
}
