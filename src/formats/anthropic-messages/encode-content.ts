import type {
  CallPart,
  Loss,
  OpaqueState,
  Part,
  ReasoningPart,
  ResultPart,
  TextPart,
  Turn,
} from '../../core/conversation.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { objectArguments } from '../hub/call-arguments.ts';
import { placeholder } from '../hub/media-text.ts';
import { legalToolName } from '../hub/tool-names.ts';
import type { CacheMarks } from './cache-marks.ts';
import { encodeMedia } from './encode-media.ts';

type Block = Record<string, JsonOut>;

/** What the blocks of a request are written with. */
interface Pen {
  readonly marks: CacheMarks;
  readonly losses: Set<Loss>;
}

/** One entry of `messages`. */
export interface Message {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly Block[];
}

/** Opens a conversation that the model itself opened: the first message must be the user's. */
const OPENING: Message = { role: 'user', content: [{ type: 'text', text: '(The assistant speaks first.)' }] };
/** Asks a model on that would refuse to continue its own last message. */
const GO_ON: Message = {
  role: 'user',
  content: [
    { type: 'text', text: 'Go on exactly where your last message stops, without repeating any of it.' },
  ],
};
/** Stands for a message of which nothing can be shown to the model. */
const UNSHOWN: Block = { type: 'text', text: '(A message that cannot be shown here.)' };

/** The instructions at the beginning, as blocks. */
export function encodeSystem(parts: readonly Part[], pen: Pen): readonly Block[] {
  return parts.flatMap((part) => {
    if (part.kind === 'text') return encodeText(part, pen);
    if (part.kind === 'media') pen.losses.add(part.media);
    return [];
  });
}

/** The turns as messages: the first is the user's, and none is empty. */
export function encodeMessages(turns: readonly Turn[], pen: Pen): Message[] {
  const messages = turns.map((turn): Message => {
    const role = turn.role === 'developer' ? 'system' : turn.role;
    const content = turn.parts.flatMap((part) => encodePart(part, role, pen));
    return { role, content: content.length > 0 ? content : [UNSHOWN] };
  });
  return messages[0]?.role === 'assistant' ? [OPENING, ...messages] : messages;
}

/**
 * A last message of the assistant is to be continued. Models that do that want no space at its end ("final assistant
 * content cannot end with trailing whitespace"); others are asked to go on.
 */
export function endMessages(
  messages: readonly Message[],
  prefill: boolean,
  losses: Set<Loss>,
): readonly Message[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return messages;
  if (!prefill) {
    losses.add('prefill');
    return [...messages, GO_ON];
  }
  const block = last.content.at(-1);
  const text = block?.['type'] === 'text' ? block['text'] : undefined;
  if (!block || typeof text !== 'string' || text.trimEnd() === text) return messages;
  const before = last.content.slice(0, -1);
  const trimmed = text.trimEnd() === '' ? before : [...before, { ...block, text: text.trimEnd() }];
  const rest = messages.slice(0, -1);
  return trimmed.length === 0 ? rest : [...rest, { ...last, content: trimmed }];
}

function encodePart(part: Part, role: Message['role'], pen: Pen): Block[] {
  switch (part.kind) {
    case 'text':
      return encodeText(part, pen);
    case 'reasoning':
      return encodeReasoning(part);
    case 'call':
      return [encodeCall(part, pen)];
    case 'result':
      return [encodeResult(part, pen)];
    case 'refusal':
      pen.losses.add('refusal');
      return encodeText({ ...part, kind: 'text' }, pen);
    case 'media': {
      if (role !== 'user') {
        pen.losses.add(part.media);
        return [];
      }
      const block = encodeMedia(part, pen.losses) ?? { type: 'text', text: placeholder(part) };
      return [{ ...block, cache_control: pen.marks.take(part.cache) }];
    }
  }
}

/** Empty text is refused ("text content blocks must be non-empty"). */
function encodeText(part: TextPart, { marks, losses }: Pen): Block[] {
  if (part.citations) losses.add('citations');
  if (part.text === '') return [];
  return [{ type: 'text', text: part.text, cache_control: marks.take(part.cache) }];
}

/** Thoughts come here only with state of the target's own. */
function encodeReasoning({ text, opaque }: ReasoningPart): Block[] {
  return (opaque ?? []).flatMap((state: OpaqueState): Block[] => {
    if (state.kind === 'encrypted') return [{ type: 'redacted_thinking', data: state.data }];
    return state.kind === 'signature' ? [{ type: 'thinking', thinking: text, signature: state.data }] : [];
  });
}

function encodeCall(part: CallPart, { marks, losses }: Pen): Block {
  return {
    type: 'tool_use',
    id: part.id,
    name: legalToolName(part.name),
    input: new Verbatim(objectArguments(part, losses)),
    cache_control: marks.take(part.cache),
  };
}

function encodeResult(part: ResultPart, { marks, losses }: Pen): Block {
  const pen: Pen = { marks, losses: new Set() };
  const content = part.content.flatMap((inner) => encodePart(inner, 'user', pen));
  for (const loss of pen.losses) losses.add(loss === 'image' || loss === 'file' ? 'result-media' : loss);
  return {
    type: 'tool_result',
    tool_use_id: part.id,
    content: content.length > 0 ? content : undefined,
    is_error: part.isError === true || undefined,
    cache_control: marks.take(part.cache),
  };
}
