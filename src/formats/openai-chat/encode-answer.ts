import type { AnswerEvent } from '../../core/answer.ts';
import type { CallPart, Part, ReasoningPart, TextPart } from '../../core/conversation.ts';
import type { AnswerEcho, CarriedState } from '../../core/format.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import { picturesIn } from '../hub/answer-media.ts';
import { unwrapInput } from '../hub/custom-tool.ts';
import { foldAnswer } from '../hub/fold.ts';
import { callerId } from '../hub/ids.ts';
import { writeAnnotation } from './annotations.ts';
import { type CallerWays, callerWays, envelopeDetail, finishWord } from './caller-ways.ts';
import { writeImage } from './images.ts';
import { writeUsage } from './usage.ts';

/** A whole answer as a chat completion. */
export function encodeAnswer(events: readonly AnswerEvent[], echo: AnswerEcho): Buffer {
  const { id, created, model, parts, usage, finish } = foldAnswer(events);
  const ways = callerWays(echo);
  const message = writeMessage(parts, ways, echo.id);
  const refused = parts.some(({ kind }) => kind === 'refusal');
  const answer = {
    id: id ?? `chatcmpl-${echo.id}`,
    object: 'chat.completion',
    created: created ?? echo.created,
    model: model ?? echo.model,
    choices: [
      {
        index: 0,
        message,
        logprobs: null,
        finish_reason: finishWord(finish?.reason ?? 'stop', refused, ways),
      },
    ],
    usage: writeUsage(usage),
  };
  return Buffer.from(writeJson(answer));
}

function writeMessage(parts: readonly Part[], ways: CallerWays, exchange: string): JsonOut {
  const texts = parts.filter((part) => part.kind === 'text');
  const refusals = parts.filter((part) => part.kind === 'refusal');
  const thoughts = parts.filter((part) => part.kind === 'reasoning');
  const calls = parts.filter((part) => part.kind === 'call');
  const content = texts.map(({ text }) => text).join('');
  const thought = thoughts.map(({ text }) => text).join('');
  const annotations = annotate(texts);
  const images = picturesIn(parts).map(writeImage);
  return {
    role: 'assistant',
    content: content === '' && calls.length + refusals.length > 0 ? null : content,
    refusal: refusals.length > 0 ? refusals.map(({ text }) => text).join('') : null,
    annotations: annotations.length > 0 ? annotations : undefined,
    images: images.length > 0 ? images : undefined,
    reasoning_content: thought === '' ? undefined : thought,
    reasoning_details: writeDetails(parts, exchange),
    ...writeCalls(calls, ways, exchange),
  };
}

function annotate(texts: readonly TextPart[]): JsonOut[] {
  let from = 0;
  return texts.flatMap(({ text, citations = [] }) => {
    const start = from;
    from += text.length;
    return citations.map((citation) => writeAnnotation(citation, start, text.length));
  });
}

function writeDetails(parts: readonly Part[], exchange: string): JsonOut {
  const details: JsonOut[] = [];
  let calls = 0;
  for (const part of parts) {
    const callId = part.kind === 'call' ? callerId(part.id, exchange, calls++) : undefined;
    const carried = carriedOf(part);
    if (carried) details.push(envelopeDetail(carried, details.length, callId));
  }
  return details.length > 0 ? details : undefined;
}

/** The state of a part, with the place it belongs to; undefined when it has none. */
export function carriedOf(part: Part): CarriedState | undefined {
  const states = part.opaque ?? [];
  if (states.length === 0) return undefined;
  if (part.kind === 'reasoning') return carriedThought(part);
  return { on: part.kind === 'call' ? 'call' : 'text', states };
}

function carriedThought({ text, summary, opaque: states = [] }: ReasoningPart): CarriedState {
  return { on: 'reasoning', text, ...(summary === true && { summary }), states };
}

function writeCalls(
  calls: readonly CallPart[],
  ways: CallerWays,
  exchange: string,
): { readonly [name: string]: JsonOut } {
  const [first] = calls;
  if (!first) return {};
  if (ways.old) return { function_call: { name: first.name, arguments: argumentsOf(first) } };
  return {
    tool_calls: calls.map((call, position) => {
      const id = callerId(call.id, exchange, position);
      const { name } = call;
      if (call.custom === true || ways.custom.has(name)) {
        const input = call.custom === true ? call.arguments : unwrapInput(call.arguments);
        return { id, type: 'custom', custom: { name, input } };
      }
      return { id, type: 'function', function: { name, arguments: argumentsOf(call) } };
    }),
  };
}

/** Clients parse the arguments of every call. */
function argumentsOf(call: CallPart): string {
  return call.arguments === '' ? '{}' : call.arguments;
}
