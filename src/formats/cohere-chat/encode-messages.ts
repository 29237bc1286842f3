import type { CallPart, Loss, MediaPart, Part, ReasoningPart, Turn } from '../../core/conversation.ts';
import { type JsonOut } from '../../lib/json-write.ts';
import { objectArguments } from '../hub/call-arguments.ts';
import { mediaUrl } from '../hub/media-source.ts';
import { mediaLoss, placeholder, textOfFile } from '../hub/media-text.ts';
import { legalToolName } from '../hub/tool-names.ts';
import { mediaOfResult, textOfResult } from '../hub/tool-results.ts';

const BETWEEN_TEXTS = '\n\n';

/** The instructions and turns as messages; they must be fitted already. @param thinks Whether the model takes thoughts. */
export function encodeMessages(
  system: readonly Part[],
  turns: readonly Turn[],
  thinks: boolean,
  losses: Set<Loss>,
): JsonOut[] {
  const first = system.length === 0 ? [] : [{ role: 'system', content: encodeContent(system, losses) }];
  return [...first, ...turns.flatMap((turn) => encodeTurn(turn, thinks, losses))];
}

function encodeTurn({ role, parts }: Turn, thinks: boolean, losses: Set<Loss>): JsonOut[] {
  if (role === 'assistant') return encodeAssistant(parts, thinks, losses);
  if (role === 'user') return encodeUser(parts, losses);
  return [{ role: 'system', content: encodeContent(parts, losses) }];
}

/** One message for each result, then the rest of what the user says, which begins with what results cannot hold. */
function encodeUser(parts: readonly Part[], losses: Set<Loss>): JsonOut[] {
  const results = parts.filter((part) => part.kind === 'result');
  const beside = results.flatMap(mediaOfResult);
  if (beside.length > 0) losses.add('result-media');
  const rest = [...beside, ...parts.filter((part) => part.kind !== 'result')];
  const messages: JsonOut[] = results.map((result) => {
    if (result.cache) losses.add('cache');
    return { role: 'tool', tool_call_id: result.id, content: textOfResult(result) };
  });
  if (rest.length > 0) messages.push({ role: 'user', content: encodeContent(rest, losses) });
  return messages;
}

/** Before calls a thought is a plan, unless the model has a place for thoughts of its own. */
function encodeAssistant(parts: readonly Part[], thinks: boolean, losses: Set<Loss>): JsonOut[] {
  const thoughts = parts.filter((part) => part.kind === 'reasoning');
  const calls = parts.filter((part) => part.kind === 'call');
  const spoken = parts.filter((part) => part.kind !== 'reasoning' && part.kind !== 'call');
  const text = spoken.length === 0 ? '' : encodeContent(spoken, losses);
  const plan = !thinks && calls.length > 0 ? planOf(thoughts) : undefined;
  if (!thinks && calls.length === 0 && thoughts.length > 0) losses.add('reasoning');
  if (text === '' && calls.length === 0 && !(thinks && thoughts.length > 0)) return [];
  return [
    {
      role: 'assistant',
      content: thinks && thoughts.length > 0 ? withThoughts(thoughts, text) : text === '' ? undefined : text,
      tool_plan: plan,
      tool_calls: calls.length > 0 ? calls.map((call) => encodeCall(call, losses)) : undefined,
    },
  ];
}

function planOf(thoughts: readonly ReasoningPart[]): string | undefined {
  return thoughts.length === 0 ? undefined : thoughts.map(({ text }) => text).join(BETWEEN_TEXTS);
}

function withThoughts(thoughts: readonly ReasoningPart[], text: JsonOut): JsonOut {
  const blocks = thoughts.map(({ text: thinking }) => ({ type: 'thinking', thinking }));
  return text === '' ? blocks : [...blocks, { type: 'text', text }];
}

function encodeCall(call: CallPart, losses: Set<Loss>): JsonOut {
  const given = { name: legalToolName(call.name), arguments: objectArguments(call, losses) };
  return { id: call.id, type: 'function', function: given };
}

/** Text alone is one string; with pictures it is a list. */
function encodeContent(parts: readonly Part[], losses: Set<Loss>): JsonOut {
  const blocks: { readonly text?: string; readonly block: JsonOut }[] = [];
  for (const part of parts) {
    if (part.cache) losses.add('cache');
    if (part.kind === 'refusal') losses.add('refusal');
    if (part.kind === 'text' || part.kind === 'refusal') blocks.push(textBlock(part.text));
    if (part.kind === 'text' && part.citations) losses.add('citations');
    if (part.kind === 'media') blocks.push(encodeMedia(part, losses));
  }
  const texts = blocks.flatMap(({ text }) => text ?? []);
  return texts.length === blocks.length ? texts.join(BETWEEN_TEXTS) : blocks.map(({ block }) => block);
}

function textBlock(text: string): { readonly text: string; readonly block: JsonOut } {
  return { text, block: { type: 'text', text } };
}

function encodeMedia(
  part: MediaPart,
  losses: Set<Loss>,
): { readonly text?: string; readonly block: JsonOut } {
  const url = part.media === 'image' ? mediaUrl(part, 'image/png') : undefined;
  if (url !== undefined) return { block: { type: 'image_url', image_url: { url, detail: part.detail } } };
  const text = textOfFile(part);
  if (text !== undefined) return textBlock(text);
  losses.add(mediaLoss(part));
  return textBlock(placeholder(part));
}
