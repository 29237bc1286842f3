import type { CallPart, Loss, MediaPart, Part, ResultPart, Turn } from '../../core/conversation.ts';
import { isObject, parseJson } from '../../lib/expect.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { wrapInput } from '../hub/custom-tool.ts';
import { encodeMedia } from './encode-media.ts';
import { nativeSignature, NO_SIGNATURE } from './signatures.ts';
import type { ModelTraits } from './traits.ts';

/** What Gemini 3 takes inside the answer of a tool (https://ai.google.dev/gemini-api/docs/function-calling#multimodal). */
const RESULT_MEDIA = new Set(['image/png', 'image/jpeg', 'image/webp', 'application/pdf', 'text/plain']);

/** The turns as `contents`; they must be fitted already. */
export function encodeContents(turns: readonly Turn[], traits: ModelTraits, losses: Set<Loss>): JsonOut[] {
  const contents = turns.map((turn) => {
    const isModel = turn.role === 'assistant';
    const parts = isModel ? modelParts(turn.parts, traits, losses) : userParts(turn.parts, traits, losses);
    return { role: isModel ? 'model' : 'user', parts };
  });
  const [first] = turns;
  const beginsWithCall = first?.role === 'assistant' && first.parts.some(({ kind }) => kind === 'call');
  return beginsWithCall ? [SAID_BEFORE, ...contents] : contents;
}

/**
 * Histories that were cut short may begin with a call, which Gemini refuses: `Please ensure that function call turn comes
 * immediately after a user turn or after a function response turn.` An empty text is enough (pydantic-ai sends it).
 */
const SAID_BEFORE: JsonOut = { role: 'user', parts: [{ text: '' }] };

/** The instructions; only text can be one. */
export function encodeSystem(parts: readonly Part[], losses: Set<Loss>): JsonOut[] {
  return parts.flatMap((part): JsonOut[] => {
    if (part.cache) losses.add('cache');
    return part.kind === 'text' ? [{ text: part.text }] : [];
  });
}

function modelParts(parts: readonly Part[], traits: ModelTraits, losses: Set<Loss>): JsonOut[] {
  const written: JsonOut[] = [];
  let isFirstCall = true;
  for (const part of parts) {
    if (part.cache) losses.add('cache');
    const signature = nativeSignature(part.opaque);
    if (part.kind === 'call') {
      // Of calls made together the first one alone has a signature, and must have one.
      const stand = isFirstCall && traits.needsSignatures ? NO_SIGNATURE : undefined;
      isFirstCall = false;
      written.push(signed({ functionCall: encodeCall(part, losses) }, signature ?? stand));
    } else if (part.kind === 'reasoning') {
      written.push(signed({ text: part.text, thought: true }, signature));
    } else if (part.kind === 'media') {
      written.push(...mediaPart(part, traits, losses));
    } else if (part.kind !== 'result') {
      if (part.kind === 'refusal') losses.add('refusal');
      written.push(signed({ text: part.text }, signature));
    }
  }
  return written;
}

function signed(part: Readonly<Record<string, JsonOut>>, thoughtSignature: string | undefined): JsonOut {
  return { ...part, thoughtSignature };
}

function encodeCall(call: CallPart, losses: Set<Loss>): JsonOut {
  return { id: call.id, name: call.name, args: new Verbatim(argumentsOf(call, losses)) };
}

function argumentsOf(call: CallPart, losses: Set<Loss>): string {
  if (call.custom === true) return wrapInput(call.arguments);
  const text = call.arguments.trim();
  if (text === '') return '{}';
  if (isObject(parseJson(text))) return text;
  losses.add('invalid-arguments');
  return '{}';
}

/** Results come first; what they cannot hold follows after all of them. */
function userParts(parts: readonly Part[], traits: ModelTraits, losses: Set<Loss>): JsonOut[] {
  const results: JsonOut[] = [];
  const besides: JsonOut[] = [];
  const others: JsonOut[] = [];
  for (const part of parts) {
    if (part.cache) losses.add('cache');
    if (part.kind === 'result') results.push(encodeResult(part, traits, losses, besides));
    else if (part.kind === 'media') others.push(...mediaPart(part, traits, losses));
    else if (part.kind === 'text') others.push({ text: part.text });
  }
  return [...results, ...besides, ...others];
}

function encodeResult(
  result: ResultPart,
  traits: ModelTraits,
  losses: Set<Loss>,
  besides: JsonOut[],
): JsonOut {
  const texts: string[] = [];
  const inside: JsonOut[] = [];
  for (const part of result.content) {
    if (part.cache) losses.add('cache');
    if (part.kind === 'text') {
      texts.push(part.text);
    } else if (traits.mediaInResults && RESULT_MEDIA.has(part.mime ?? '')) {
      inside.push(...mediaPart(part, traits, losses));
    } else {
      const beside = mediaPart(part, traits, losses);
      if (beside.length === 0) continue;
      losses.add('result-media');
      besides.push({ text: `From the result of ${result.name ?? result.id}:` }, ...beside);
    }
  }
  const text = texts.join('\n');
  return {
    functionResponse: {
      id: result.id,
      name: result.name ?? result.id,
      response: result.isError === true ? { error: text } : { output: text },
      parts: inside.length > 0 ? inside : undefined,
    },
  };
}

function mediaPart(part: MediaPart, traits: ModelTraits, losses: Set<Loss>): JsonOut[] {
  const encoded = encodeMedia(part, traits);
  if ('part' in encoded) return [encoded.part];
  losses.add(encoded.loss);
  return [];
}
