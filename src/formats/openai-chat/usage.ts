import type { Usage } from '../../core/usage.ts';
import { field, isObject, numberField } from '../../lib/expect.ts';
import type { JsonOut } from '../../lib/json-write.ts';

/**
 * Reads a `usage` object as OpenAI and the hosts that follow it spell it. `prompt_tokens` includes cached tokens and
 * `completion_tokens` includes reasoning almost everywhere; a reasoning figure above the completion is a host that
 * counts them apart (xAI: total = prompt + completion + reasoning). Junk (negative, fractional, not a number) is
 * treated as not said.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const input = count(value, 'prompt_tokens') ?? count(value, 'input_tokens');
  const completion = count(value, 'completion_tokens') ?? count(value, 'output_tokens');
  const inputDetails = field(value, 'prompt_tokens_details') ?? field(value, 'input_tokens_details');
  const outputDetails = field(value, 'completion_tokens_details') ?? field(value, 'output_tokens_details');
  const reasoning = count(outputDetails, 'reasoning_tokens');
  const cacheRead =
    count(inputDetails, 'cached_tokens') ??
    count(value, 'prompt_cache_hit_tokens') ??
    count(value, 'cached_tokens') ??
    count(value, 'num_cached_tokens');
  const cacheWrite = count(inputDetails, 'cache_write_tokens');
  const audioInput = count(inputDetails, 'audio_tokens');
  const audioOutput = count(outputDetails, 'audio_tokens');
  const output = completion === undefined ? undefined : withReasoning(value, input, completion, reasoning);
  if (input === undefined && output === undefined) return undefined;
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead: clamp(cacheRead, input) }),
    // OpenRouter was seen to count the same tokens as written and as read.
    ...(cacheWrite !== undefined && {
      cacheWrite: clamp(cacheWrite, input === undefined ? undefined : input - clamp(cacheRead ?? 0, input)),
    }),
    ...(reasoning !== undefined && { reasoning: clamp(reasoning, output) }),
    // Most hosts write a zero here whatever the model; it says nothing.
    ...(audioInput && { audioInput: clamp(audioInput, input) }),
    ...(audioOutput && { audioOutput: clamp(audioOutput, output) }),
  };
}

/**
 * The same as an answer says it; undefined when nothing is known. Clients do sums with the three totals, so of a known
 * usage the one that is not known is written as none; details are left out instead.
 */
export function writeUsage(usage: Usage | undefined): JsonOut {
  if (usage?.input === undefined && usage?.output === undefined) return undefined;
  const { input = 0, output = 0 } = usage;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: details({
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite,
      audio_tokens: usage.audioInput,
    }),
    completion_tokens_details: details({
      reasoning_tokens: usage.reasoning,
      audio_tokens: usage.audioOutput,
    }),
  };
}

function details(counts: Readonly<Record<string, number | undefined>>): JsonOut {
  return Object.values(counts).some((tokens) => tokens !== undefined) ? counts : undefined;
}

/** The total decides whether reasoning is inside the completion (nearly all) or beside it (xAI). */
function withReasoning(
  usage: unknown,
  input: number | undefined,
  completion: number,
  reasoning: number | undefined,
): number {
  const total = count(usage, 'total_tokens');
  if (reasoning === undefined || total === undefined) return completion;
  return total === (input ?? 0) + completion + reasoning ? completion + reasoning : completion;
}

function clamp(part: number, whole: number | undefined): number {
  return whole === undefined ? part : Math.min(part, whole);
}

function count(value: unknown, name: string): number | undefined {
  const found = numberField(value, name);
  return found !== undefined && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}
