import type { CallPart, Part, ReasoningPart, ResultPart, Turn } from '../../core/conversation.ts';
import { isObject, parseJson } from '../../lib/expect.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { wrapInput } from '../hub/custom-tool.ts';
import { legalToolName } from '../hub/tool-names.ts';
import { encodeContent, encodeText, type Telling } from './encode-content.ts';
import { detailsOf } from './reasoning-details.ts';

export type Message = { readonly role: string; readonly [name: string]: JsonOut };

/** The instructions a conversation begins with, as one message; no message when there are none. */
export function encodeSystem(
  parts: readonly Part[],
  role: 'system' | 'developer',
  telling: Telling,
): Message[] {
  return speech(role, parts, telling);
}

/** The turns after them, as fitted: results right after their calls. */
export function encodeTurns(turns: readonly Turn[], telling: Telling): Message[] {
  const messages = turns.flatMap((turn) => encodeTurn(turn, telling));
  if (!telling.quirks.includes('assistant-after-tools')) return messages;
  return messages.flatMap((message, index) =>
    message.role === 'user' && messages[index - 1]?.role === 'tool'
      ? [...encodeAssistant([{ kind: 'text', text: 'OK' }], telling), message]
      : [message],
  );
}

function encodeTurn(turn: Turn, telling: Telling): Message[] {
  if (turn.role === 'assistant') return encodeAssistant(turn.parts, telling);
  if (turn.role === 'user') return encodeUser(turn.parts, telling);
  return speech(turn.role, turn.parts, telling);
}

/** A message that has nothing but content; hosts refuse an empty one. */
function speech(role: string, parts: readonly Part[], telling: Telling): Message[] {
  const content = encodeContent(parts, telling);
  return content === '' ? [] : [{ role, content }];
}

/** One message for each result, then the rest of what the user says, which begins with what results cannot hold. */
function encodeUser(parts: readonly Part[], telling: Telling): Message[] {
  const results = parts.filter((part) => part.kind === 'result');
  const rest = [...results.flatMap(mediaOf), ...parts.filter((part) => part.kind !== 'result')];
  return [...results.map((result) => encodeResult(result, telling)), ...speech('user', rest, telling)];
}

function encodeResult(result: ResultPart, telling: Telling): Message {
  const { id, content, cache, isError } = result;
  const texts = content.filter(isToldInResult);
  const told = encodeText(texts, telling);
  const text = told === '' ? emptyResult(result) : told;
  const marked = encodeContent(
    [{ kind: 'text', text: asError(text, isError), ...(cache && { cache }) }],
    telling,
  );
  return { role: 'tool', tool_call_id: id, content: marked };
}

/** Some hosts refuse an empty result; and a model wonders about one less when it is told. */
function emptyResult({ content }: ResultPart): string {
  return content.length > 0 ? '(the result follows in the next message of the user)' : '(no output)';
}

/** The format has no other way to say that a tool failed. */
function asError(text: string, isError: boolean | undefined): string {
  return isError === true && !/error|fail/i.test(text.slice(0, 200)) ? `Error: ${text}` : text;
}

function isToldInResult(part: ResultPart['content'][number]): boolean {
  return part.kind === 'text' || part.source.is === 'text';
}

/** Pictures and files of a result, with a word on where they come from. */
function mediaOf({ id, name, content }: ResultPart): Part[] {
  const media = content.filter((part) => !isToldInResult(part));
  if (media.length === 0) return [];
  return [{ kind: 'text', text: `From the result of ${name ?? 'the call'} (${id}):` }, ...media];
}

function encodeAssistant(parts: readonly Part[], telling: Telling): Message[] {
  const calls = parts.filter((part) => part.kind === 'call');
  const content = encodeSpoken(parts, telling);
  const thoughts = parts.filter((part) => part.kind === 'reasoning');
  const details = thoughts.flatMap(detailsOf);
  const thought = thoughtOf(thoughts, telling);
  const isSilent = content === '' && calls.length + details.length === 0;
  if (isSilent && (thought ?? '') === '') return [];
  return [
    {
      role: 'assistant',
      content: content === '' && calls.length > 0 ? null : content,
      reasoning_content: thought,
      reasoning_details: details.length > 0 ? details : undefined,
      tool_calls: calls.length > 0 ? calls.map((call) => encodeCall(call, telling)) : undefined,
    },
  ];
}

/** What the model said. A text that was cut for its citations is one text again. */
function encodeSpoken(parts: readonly Part[], telling: Telling): JsonOut {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === 'text' && last?.kind === 'text' && (part.citations ?? last.citations) && !last.cache)
      joined[joined.length - 1] = { ...part, text: last.text + part.text };
    else joined.push(part);
  }
  return encodeContent(joined, { ...telling, ownTurn: true });
}

/** DeepSeek takes an empty one where there was no thought, and refuses none. */
function thoughtOf(thoughts: readonly ReasoningPart[], { quirks }: Telling): string | undefined {
  if (!quirks.includes('reasoning-content-back')) return undefined;
  return thoughts.map(({ text }) => text).join('\n\n');
}

function encodeCall(call: CallPart, telling: Telling): JsonOut {
  const extra = call.opaque?.find(({ data }) => isObject(parseJson(data)));
  return {
    id: call.id,
    type: 'function',
    function: { name: legalToolName(call.name), arguments: argumentsOf(call, telling) },
    extra_content: extra && new Verbatim(extra.data),
  };
}

/** Hosts put the arguments into the prompt as an object: what is none is refused, or breaks their template. */
function argumentsOf(call: CallPart, { losses }: Telling): string {
  if (call.custom === true) return wrapInput(call.arguments);
  const given = call.arguments.trim();
  if (given === '') return '{}';
  if (isObject(parseJson(given))) return call.arguments;
  losses.add('invalid-arguments');
  return '{}';
}
