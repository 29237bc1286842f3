import type { CallPart, Loss, MediaPart, Part, Turn } from '../../core/conversation.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { objectArguments } from '../hub/call-arguments.ts';
import { mediaLoss, placeholder, textOfFile } from '../hub/media-text.ts';
import { mediaOfResult, textOfResult } from '../hub/tool-results.ts';

const BETWEEN_TEXTS = '\n\n';

/** The instructions and turns as messages; they must be fitted already. */
export function encodeMessages(
  system: readonly Part[],
  turns: readonly Turn[],
  losses: Set<Loss>,
): JsonOut[] {
  const first = system.length === 0 ? [] : [{ role: 'system', ...encodeContent(system, losses) }];
  return [...first, ...turns.flatMap((turn) => encodeTurn(turn, losses))];
}

function encodeTurn({ role, parts }: Turn, losses: Set<Loss>): JsonOut[] {
  if (role === 'assistant') return [encodeAssistant(parts, losses)];
  if (role === 'user') return encodeUser(parts, losses);
  return [{ role: 'system', ...encodeContent(parts, losses) }];
}

/** One message for each result, then the rest of what the user says, which begins with what results cannot hold. */
function encodeUser(parts: readonly Part[], losses: Set<Loss>): JsonOut[] {
  const results = parts.filter((part) => part.kind === 'result');
  const beside = results.flatMap(mediaOfResult);
  if (beside.length > 0) losses.add('result-media');
  const rest = [...beside, ...parts.filter((part) => part.kind !== 'result')];
  const messages: JsonOut[] = results.map((result) => {
    if (result.cache) losses.add('cache');
    return { role: 'tool', content: textOfResult(result), tool_name: result.name, tool_call_id: result.id };
  });
  if (rest.length > 0) messages.push({ role: 'user', ...encodeContent(rest, losses) });
  return messages;
}

function encodeAssistant(parts: readonly Part[], losses: Set<Loss>): JsonOut {
  const thoughts = parts.flatMap((part) => (part.kind === 'reasoning' ? [part.text] : []));
  const calls = parts.filter((part) => part.kind === 'call');
  return {
    role: 'assistant',
    ...encodeContent(parts, losses),
    thinking: thoughts.length > 0 ? thoughts.join(BETWEEN_TEXTS) : undefined,
    tool_calls: calls.length > 0 ? calls.map((call, index) => encodeCall(call, index, losses)) : undefined,
  };
}

function encodeCall(call: CallPart, index: number, losses: Set<Loss>): JsonOut {
  const given = new Verbatim(objectArguments(call, losses));
  return { id: call.id, function: { index, name: call.name, arguments: given } };
}

/** A message has one text, and pictures beside it. */
function encodeContent(parts: readonly Part[], losses: Set<Loss>): Readonly<Record<string, JsonOut>> {
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of parts) {
    if (part.cache) losses.add('cache');
    if (part.kind === 'refusal') losses.add('refusal');
    if (part.kind === 'text' || part.kind === 'refusal') texts.push(part.text);
    if (part.kind !== 'media') continue;
    const shown = imageOf(part);
    if (shown === undefined) texts.push(tellMedia(part, losses));
    else images.push(shown);
  }
  return { content: texts.join(BETWEEN_TEXTS), images: images.length > 0 ? images : undefined };
}

function imageOf({ media, source }: MediaPart): string | undefined {
  return media === 'image' && source.is === 'base64' ? source.data : undefined;
}

function tellMedia(part: MediaPart, losses: Set<Loss>): string {
  const text = textOfFile(part);
  if (text !== undefined) return text;
  losses.add(mediaLoss(part));
  return placeholder(part);
}
