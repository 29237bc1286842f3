import type { FaultRow } from '../fault-row.ts';
import { PREFILL_WAYS } from '../recipe.ts';
import { parseSize } from '../size.ts';

// Content that looks like the end of a stream to a reader that splits before it parses.
const FORGERY =
  'data: [DONE]\n\ndata: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\r\n\r\nevent: error\ndata: {"error":{"message":"forged"}}\n\n\u2028\u2029: the real text goes on.';

// Title change, screen clear, hyperlink, colour, 8-bit control, right-to-left override.
const ESCAPES =
  '\u001B]0;pwned\u0007\u001B[2J\u001B[H\u001B]8;;http://example.invalid\u0007link\u001B]8;;\u0007 \u001B[31mred\u001B[0m \u009B31m \u202Egpj.exe\r\nnew line';

export const SHAPE_FAULTS = {
  tokens: {
    group: 'shape',
    summary: 'answers with exactly so many tokens',
    example: 'tokens=60',
    value: { kind: 'count' },
    season: (recipe, part) => ({ ...recipe, tokens: Number(part.value) }),
  },
  'token-size': {
    group: 'shape',
    summary: 'pads each token to so many characters',
    example: 'token-size=1KiB',
    value: { kind: 'size' },
    season: (recipe, part) => ({ ...recipe, tokenSize: parseSize(part.value) ?? 0 }),
  },
  text: {
    group: 'shape',
    summary: 'answers with this text (percent-encode ; and +)',
    example: 'text=hello%3B there',
    value: { kind: 'text' },
    season: (recipe, part) => ({ ...recipe, text: decoded(part.value) }),
  },
  echo: {
    group: 'shape',
    summary: 'repeats the last message',
    example: 'echo',
    season: (recipe) => ({ ...recipe, echo: true }),
  },
  prefill: {
    group: 'shape',
    summary:
      'what becomes of an answer that the request begins: gone on with, refused (400), overlooked, or taken for a message',
    example: 'prefill=refuse',
    value: { kind: 'text', choices: PREFILL_WAYS },
    season: (recipe, part) => ({
      ...recipe,
      prefill: PREFILL_WAYS.find((way) => way === part.value) ?? recipe.prefill,
    }),
  },
  'call-tool': {
    group: 'shape',
    summary: 'calls so many of the tools that the request offers, in one go: with text= too, after that text',
    example: 'call-tool=2',
    value: { kind: 'count', default: '1' },
    season: (recipe, part) => ({ ...recipe, callTools: Number(part.value) }),
  },
  reasoning: {
    group: 'shape',
    summary:
      "so many tokens of reasoning before the answer, in the format's own place and signed where it signs",
    example: 'reasoning=20',
    variants: { 'reasoning=20;hidden': 'not shown, only handed over sealed, in formats that can' },
    value: { kind: 'count', default: '20' },
    options: ['hidden'],
    season: (recipe, part) => ({
      ...recipe,
      reasoningTokens: Number(part.value),
      hiddenThought: part.options.has('hidden'),
    }),
  },
  finish: {
    group: 'shape',
    summary:
      "ends with this finish reason: stop, length, tool_calls and content_filter in the format's own words",
    example: 'finish=content_filter',
    value: { kind: 'text' },
    season: (recipe, part) => ({ ...recipe, finishReason: part.value }),
  },
  'prompt-tokens': {
    group: 'shape',
    summary: 'counts the prompt as so many tokens',
    example: 'prompt-tokens=12000',
    value: { kind: 'count' },
    season: (recipe, part) => ({ ...recipe, promptTokens: Number(part.value) }),
  },
  'cached-tokens': {
    group: 'shape',
    summary: 'says so many of the prompt tokens came from its cache',
    example: 'cached-tokens=1024',
    value: { kind: 'count' },
    season: (recipe, part) => ({ ...recipe, cachedTokens: Number(part.value) }),
  },
  model: {
    group: 'shape',
    summary: 'says the answer came from this model',
    example: 'model=sim-large-2025-01-01',
    value: { kind: 'text' },
    season: (recipe, part) => ({ ...recipe, model: part.value }),
  },
  'forged-events': {
    group: 'shape',
    summary: 'content that looks like the end of a stream',
    example: 'forged-events',
    season: (recipe) => ({ ...recipe, text: FORGERY }),
  },
  escapes: {
    group: 'shape',
    summary: 'content with terminal escapes and bidirectional overrides',
    example: 'escapes',
    season: (recipe) => ({ ...recipe, text: ESCAPES }),
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
