import type { Asked } from '../../asked.ts';
import { type Streaming, type Told, type Voice, usageIn } from '../../content/converse.ts';
import { type Figures, finishIn, firstChoice } from '../../content/reply.ts';
import type { ToolCall } from '../../content/tools.ts';
import type { Event, Timeline } from '../../event.ts';
import { idFrom } from '../../random.ts';
import { GEMINI_ERRORS } from './errors.ts';
import { readGemini, showsThoughts } from './read.ts';
import { signCall, signText } from './signature.ts';

/** `:generateContent` and `:streamGenerateContent`. */
export const GEMINI_VOICE: Voice = {
  errors: GEMINI_ERRORS,
  read: readGemini,
  whole: (told) => responseOf(told, partsOf(told), told.reply.figures, finishOf(told)),
  timeline,
  streaming,
};

/** Server-sent events when asked for; else one array, as long as the answer takes. */
function streaming({ path, query }: Asked): Streaming | undefined {
  if (!path.endsWith(':streamGenerateContent')) return undefined;
  if (query.get('alt') === 'sse')
    return { framing: 'sse', contentType: 'text/event-stream', lineEnd: '\r\n' };
  return { framing: 'array', contentType: 'application/json; charset=UTF-8', end: '\r\n]' };
}

const FINISH: Readonly<Record<string, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  tool_calls: 'STOP',
  content_filter: 'SAFETY',
};

function finishOf({ reply }: Told): string {
  return finishIn(FINISH, firstChoice(reply).finish);
}

/** Thoughts are not among the candidates' tokens; the total is the sum of all. */
function usageOf({ prompt, cached, answer, thought }: Figures): unknown {
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: answer,
    totalTokenCount: prompt + answer + thought,
    ...(cached === 0 ? {} : { cachedContentTokenCount: cached }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
    ...(thought === 0 ? {} : { thoughtsTokenCount: thought }),
  };
}

function responseOf(told: Told, parts: readonly unknown[], figures: Figures, finish?: string): unknown {
  const { reply, recipe, model } = told;
  const ending = finish === undefined ? {} : { finishReason: finish };
  return {
    candidates: [{ content: { parts, role: 'model' }, ...ending, index: 0 }],
    ...usageIn('usageMetadata', usageOf(figures), recipe),
    modelVersion: model,
    responseId: idFrom(reply.seed, 23),
  };
}

function callPart(told: Told, call: ToolCall, index: number): unknown {
  const args: unknown = JSON.parse(call.arguments);
  const signature =
    index === 0 && told.reply.thought.length > 0
      ? { thoughtSignature: signCall(told.identity, call.name, args) }
      : {};
  return { functionCall: { name: call.name, args }, ...signature };
}

/** What signs an answer that calls nothing; an answer that was not thought about is not signed. */
function textSignature({ reply, identity }: Told): object {
  const isSigned = reply.thought.length > 0 && firstChoice(reply).calls.length === 0;
  return isSigned ? { thoughtSignature: signText(identity, reply.seed) } : {};
}

function shownThought({ asked, recipe, reply }: Told): readonly string[] {
  if (recipe.hiddenThought) return [];
  return showsThoughts(asked) || recipe.reasoningTokens > 0 ? reply.thought : [];
}

function partsOf(told: Told): readonly unknown[] {
  const { tokens, calls } = firstChoice(told.reply);
  const thought = shownThought(told).join('');
  const parts: unknown[] = thought === '' ? [] : [{ text: thought, thought: true }];
  if (tokens.length > 0) parts.push({ text: tokens.join(''), ...textSignature(told) });
  calls.forEach((call, index) => parts.push(callPart(told, call, index)));
  return parts;
}

/** A chunk for each token, one for each call: calls come whole. The last one says how it ended. */
function timeline(told: Told): Timeline {
  const { reply } = told;
  const { tokens, calls } = firstChoice(reply);
  const shown = shownThought(told);
  let answer = 0;
  const chunk = (part: Event['part'], parts: readonly unknown[], finish?: string): Event => ({
    part,
    value: responseOf(told, parts, { ...reply.figures, answer }, finish),
  });
  const events: Event[][] = shown.map((text) => [chunk('token', [{ text, thought: true }])]);
  for (const text of tokens) {
    answer++;
    events.push([chunk('token', [{ text }])]);
  }
  calls.forEach((call, index) => {
    answer += call.tokens.length;
    events.push([chunk('token', [callPart(told, call, index)])]);
  });
  const last = chunk('finish', [{ text: '', ...textSignature(told) }], finishOf(told));
  return { opening: [], tokens: events, closing: [last] };
}
