import type { Usage } from '../../core/usage.ts';
import { field, isObject, numberField, stringField } from '../../lib/expect.ts';
import type { JsonOut } from '../../lib/json-write.ts';

/**
 * Reads `usageMetadata`. The prompt includes what was read from a cache; what tools of the provider's own added to the
 * prompt stands beside it, and so do thoughts beside the answer (total = prompt + candidates + thoughts + tool use,
 * https://ai.google.dev/api/generate-content#UsageMetadata). Junk is treated as not said.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const input = sum(count(value, 'promptTokenCount'), count(value, 'toolUsePromptTokenCount'));
  const reasoning = count(value, 'thoughtsTokenCount');
  const output = sum(count(value, 'candidatesTokenCount'), reasoning);
  if (input === undefined && output === undefined) return undefined;
  const cacheRead = count(value, 'cachedContentTokenCount');
  const audioInput = prompted(value, 'AUDIO');
  const audioCacheRead = ofKind(field(value, 'cacheTokensDetails'), 'AUDIO');
  // Pages of a document are read, and billed, as images.
  const imageInput = sum(prompted(value, 'IMAGE'), prompted(value, 'DOCUMENT'));
  const audioOutput = ofKind(field(value, 'candidatesTokensDetails'), 'AUDIO');
  const imageOutput = ofKind(field(value, 'candidatesTokensDetails'), 'IMAGE');
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead: clamp(cacheRead, input) }),
    ...(reasoning !== undefined && { reasoning }),
    ...(audioInput !== undefined && { audioInput: clamp(audioInput, input) }),
    ...(audioCacheRead !== undefined && { audioCacheRead: clamp(audioCacheRead, audioInput) }),
    ...(audioOutput !== undefined && { audioOutput: clamp(audioOutput, output) }),
    ...(imageInput !== undefined && { imageInput: clamp(imageInput, input) }),
    ...(imageOutput !== undefined && { imageOutput: clamp(imageOutput, output) }),
  };
}

/** Usage as Google counts it; what is not known is left out. */
export function writeUsage(usage: Usage): JsonOut {
  const { input, output, reasoning, cacheRead, audioInput, audioOutput } = usage;
  const said = output === undefined ? undefined : Math.max(0, output - (reasoning ?? 0));
  return {
    promptTokenCount: input,
    candidatesTokenCount: said,
    totalTokenCount: input === undefined || output === undefined ? undefined : input + output,
    cachedContentTokenCount: cacheRead,
    promptTokensDetails: modalities(input, audioInput),
    candidatesTokensDetails: modalities(said, audioOutput),
    thoughtsTokenCount: reasoning,
  };
}

/** Only where sound is part of it: a count by kind says nothing new of text alone. */
function modalities(whole: number | undefined, sound: number | undefined): JsonOut {
  if (whole === undefined || sound === undefined) return undefined;
  return [
    { modality: 'TEXT', tokenCount: Math.max(0, whole - sound) },
    { modality: 'AUDIO', tokenCount: sound },
  ];
}

function prompted(usage: unknown, kind: string): number | undefined {
  return sum(
    ofKind(field(usage, 'promptTokensDetails'), kind),
    ofKind(field(usage, 'toolUsePromptTokensDetails'), kind),
  );
}

function ofKind(details: unknown, kind: string): number | undefined {
  if (!Array.isArray(details)) return undefined;
  let tokens: number | undefined;
  for (const detail of details) {
    if (stringField(detail, 'modality') === kind) tokens = sum(tokens, count(detail, 'tokenCount'));
  }
  return tokens;
}

/** What is known of two parts of a whole. */
function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b;
}

function clamp(part: number, whole: number | undefined): number {
  return whole === undefined ? part : Math.min(part, whole);
}

function count(value: unknown, name: string): number | undefined {
  const found = numberField(value, name);
  return found !== undefined && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}
