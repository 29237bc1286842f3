import type {
  Loss,
  MediaPart,
  Part,
  ReasoningPart,
  ResultPart,
  TextPart,
  Turn,
} from '../../core/conversation.ts';
import { isObject, parseJson } from '../../lib/expect.ts';
import { Verbatim } from '../../lib/json-write.ts';
import { objectArguments } from '../hub/call-arguments.ts';
import { placeholder } from '../hub/media-text.ts';
import { legalToolName } from '../hub/tool-names.ts';
import type { CachePoints } from './cache-points.ts';
import { type Block, type DocumentNames, encodeMedia } from './encode-media.ts';
import type { BedrockModel } from './models.ts';

/** What the writing of one request goes by. */
export interface Pen {
  readonly model: BedrockModel;
  readonly points: CachePoints;
  readonly names: DocumentNames;
  readonly losses: Set<Loss>;
}

/** One message. */
export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: readonly Block[];
}

/** What the one says between two messages of the other; some models refuse white space. */
const NOTHING: Block = { text: '.' };

/** The instructions; only text can be one. */
export function encodeSystem(parts: readonly Part[], { points }: Pen): Block[] {
  return parts.flatMap((part) =>
    part.kind === 'text' && part.text.trim() !== ''
      ? [{ text: part.text }, ...points.after(part.cache, 'messages')]
      : [],
  );
}

/** The turns, which must be fitted already, as the model takes them: who begins, who ends, what stands together. */
export function encodeMessages(turns: readonly Turn[], pen: Pen): Message[] {
  const messages = turns.flatMap((turn) =>
    turn.role === 'assistant' ? encodeAssistant(turn, pen) : encodeUser(turn, pen),
  );
  const { leadingAssistant, prefill } = pen.model;
  if (messages[0]?.role !== 'user' && !(messages.length > 0 && leadingAssistant))
    messages.unshift({ role: 'user', content: [NOTHING] });
  if (messages.at(-1)?.role !== 'assistant') return messages;
  if (prefill) return [...messages.slice(0, -1), ...messages.slice(-1).map(trimEnd)];
  pen.losses.add('prefill');
  return [...messages, { role: 'user', content: [{ text: 'Go on exactly from there.' }] }];
}

/** "Final assistant content cannot end with trailing whitespace." */
function trimEnd(message: Message): Message {
  const last = message.content.at(-1);
  const text = last?.['text'];
  if (typeof text !== 'string') return message;
  return { ...message, content: [...message.content.slice(0, -1), { text: text.trimEnd() }] };
}

function encodeAssistant({ parts }: Turn, pen: Pen): Message[] {
  const content = parts.flatMap((part) => encodeSpoken(part, pen));
  return content.length === 0 ? [] : [{ role: 'assistant', content }];
}

function encodeSpoken(part: Part, pen: Pen): Block[] {
  const { losses, points } = pen;
  switch (part.kind) {
    case 'text':
      return encodeText(part, pen);
    case 'refusal':
      losses.add('refusal');
      return encodeText({ kind: 'text', text: part.text }, pen);
    case 'reasoning':
      return encodeReasoning(part);
    case 'call': {
      const input = new Verbatim(objectArguments(part, losses));
      const toolUse = { toolUseId: part.id, name: legalToolName(part.name), input };
      return [{ toolUse }, ...points.after(part.cache, 'messages')];
    }
    case 'media':
      losses.add(part.media);
      return [{ text: placeholder(part) }];
    case 'result':
      return [];
  }
}

/** "The text field in the ContentBlock object is blank." */
function encodeText({ text, cache, citations }: TextPart, { points, losses }: Pen): Block[] {
  if (citations) losses.add('citations');
  return text.trim() === '' ? [] : [{ text }, ...points.after(cache, 'messages')];
}

/** Thoughts come here only with state of the target's own. */
function encodeReasoning({ text, opaque }: ReasoningPart): Block[] {
  return (opaque ?? []).flatMap(({ kind, data }): Block[] => {
    if (kind === 'encrypted') return [{ reasoningContent: { redactedContent: data } }];
    return [{ reasoningContent: { reasoningText: { text, signature: data } } }];
  });
}

/** Results come first. What may not stand beside them becomes a message of its own. */
function encodeUser({ parts }: Turn, pen: Pen): Message[] {
  const beside: Block[] = [];
  const results = parts.flatMap((part) => (part.kind === 'result' ? encodeResult(part, pen, beside) : []));
  const said = [...beside, ...parts.flatMap((part) => encodeHeard(part, pen))];
  const others = withWords(said);
  if (results.length === 0) return others.length === 0 ? [] : [{ role: 'user', content: others }];
  if (others.length === 0) return [{ role: 'user', content: results }];
  if (mayStandTogether(said, pen.model)) return [{ role: 'user', content: [...results, ...said] }];
  return [
    { role: 'user', content: results },
    // Messages of one role after the other are joined again by the service.
    { role: 'assistant', content: [NOTHING] },
    { role: 'user', content: others },
  ];
}

/** A document is taken only with some text beside it (API_runtime_DocumentBlock). */
function withWords(content: readonly Block[]): readonly Block[] {
  const isBare = content.some((block) => 'document' in block) && !content.some((block) => 'text' in block);
  return isBare ? [...content, NOTHING] : content;
}

function mayStandTogether(blocks: readonly Block[], { besideResults }: BedrockModel): boolean {
  if (besideResults === 'anything') return true;
  if (besideResults === 'nothing') return blocks.every((block) => 'cachePoint' in block);
  return !blocks.some((block) => 'document' in block || 'video' in block);
}

function encodeHeard(part: Part, pen: Pen): readonly Block[] {
  if (part.kind === 'text') return encodeText(part, pen);
  return part.kind === 'media' ? encodeShown(part, pen) : [];
}

/** "Cache points cannot be placed directly after documents or videos"; before one, all but it is cached. */
function encodeShown(part: MediaPart, { names, model, losses, points }: Pen): Block[] {
  const encoded = encodeMedia(part, names, model.video);
  if ('loss' in encoded) {
    losses.add(encoded.loss);
    return [{ text: placeholder(part) }, ...points.after(part.cache, 'messages')];
  }
  if ('image' in encoded.block) return [encoded.block, ...points.after(part.cache, 'messages')];
  if (part.cache) losses.add('cache');
  return [encoded.block];
}

function encodeResult(result: ResultPart, pen: Pen, beside: Block[]): Block[] {
  const { model, points } = pen;
  const content: Block[] = [];
  const texts: string[] = [];
  for (const part of result.content) {
    if (part.kind === 'text') texts.push(part.text);
    else placeMedia(part, result, pen, { content, beside });
  }
  const text = texts.filter((told) => told.trim() !== '').join('\n');
  const isTold = text === '' && content.length === 0 ? '(no output)' : text;
  if (isTold !== '') content.unshift(resultText(isTold, result, model));
  const status = model.resultStatus && result.isError === true ? 'error' : undefined;
  return [
    { toolResult: { toolUseId: result.id, content, status } },
    ...points.after(result.cache, 'messages'),
  ];
}

function resultText(
  text: string,
  { isError }: ResultPart,
  { jsonResults, resultStatus }: BedrockModel,
): Block {
  const hasFailed = isError === true && !resultStatus;
  if (jsonResults) {
    const isJson = !hasFailed && isObject(parseJson(text));
    return { json: isJson ? new Verbatim(text) : { [hasFailed ? 'error' : 'output']: text } };
  }
  return { text: hasFailed && !/error|fail/i.test(text.slice(0, 200)) ? `Error: ${text}` : text };
}

/** Inside the result where the model takes it there, else after all results. */
function placeMedia(
  part: MediaPart,
  result: ResultPart,
  pen: Pen,
  places: { readonly content: Block[]; readonly beside: Block[] },
): void {
  const encoded = encodeMedia(part, pen.names, pen.model.video);
  if ('loss' in encoded) {
    pen.losses.add(encoded.loss === 'url' ? 'url' : 'result-media');
    places.content.push({ text: placeholder(part) });
    return;
  }
  const kind = 'image' in encoded.block ? 'image' : 'document' in encoded.block ? 'document' : undefined;
  if (kind && pen.model.resultMedia.includes(kind)) {
    places.content.push(encoded.block);
    return;
  }
  pen.losses.add('result-media');
  places.beside.push(
    { text: `From the result of ${result.name ?? 'the call'} (${result.id}):` },
    encoded.block,
  );
}
