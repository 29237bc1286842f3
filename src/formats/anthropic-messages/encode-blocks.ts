import type { FinishReason } from '../../core/answer.ts';
import type { CallPart, Citation, OpaqueState, Part } from '../../core/conversation.ts';
import type { AnswerEcho, CarriedState } from '../../core/format.ts';
import { viewJson } from '../../lib/json-view.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { seal } from '../hub/carry.ts';
import { wrapInput } from '../hub/custom-tool.ts';
import type { Finish } from '../hub/fold.ts';
import { callerId } from '../hub/ids.ts';

/** One block of an answer's `content`. */
export type Block = Readonly<Record<string, JsonOut>>;

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  calls: 'tool_use',
  filter: 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  context: 'model_context_window_exceeded',
  other: 'end_turn',
};

/** Why and at what the answer stopped. */
export function stopFields(finish: Finish | undefined): {
  readonly stop_reason: string;
  readonly stop_sequence: string | null;
} {
  const { reason = 'other', stopSequence } = finish ?? {};
  if (reason === 'stop' && stopSequence !== undefined)
    return { stop_reason: 'stop_sequence', stop_sequence: stopSequence };
  return { stop_reason: STOP_REASONS[reason], stop_sequence: null };
}

/** The id callers know an answer by. */
export function messageId(given: string | undefined, { id }: AnswerEcho): string {
  return given?.startsWith('msg_') === true ? given : `msg_${id}`;
}

/**
 * A whole answer's parts as blocks. State of a text goes before the next block, and is left out where none follows:
 * callers such as Claude Code take the last block for the answer, and the next turn does not depend on it (Google asks
 * for signatures of calls and recommends the others).
 */
export function encodeParts(parts: readonly Part[], echo: AnswerEcho): Block[] {
  let calls = 0;
  let held: Block[] = [];
  return parts.flatMap((part): Block[] => {
    const id = part.kind === 'call' ? callerId(part.id, echo.id, calls++) : '';
    const own = encodePart(part, id);
    const blocks = own.length > 0 ? [...held, ...own] : [];
    if (own.length > 0) held = [];
    if (part.kind === 'text' || part.kind === 'refusal') held.push(...envelope('text', part.opaque));
    return blocks;
  });
}

function encodePart(part: Part, id: string): Block[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return textBlocks(part);
    case 'reasoning': {
      const carried = thoughtState(part.opaque, part.summary);
      if (part.text === '') return part.opaque ? [redacted(carried)] : [];
      return [{ type: 'thinking', thinking: part.text, signature: seal([carried]) }];
    }
    case 'call':
      return [...envelope('call', part.opaque), callBlock(part, id)];
    case 'result':
    case 'media':
      return [];
  }
}

/** State that has no place in this format: a thought nobody may read, with gw's envelope in it. */
export function envelope(on: 'text' | 'call', states: readonly OpaqueState[] | undefined): Block[] {
  return states && states.length > 0 ? [redacted({ on, states })] : [];
}

/** What becomes of a thought's signature: other providers' state, or none, in an envelope that is known again. */
export function thoughtState(
  states: readonly OpaqueState[] | undefined,
  summary: boolean | undefined,
): CarriedState {
  return { on: 'reasoning', ...(summary === true && { summary }), states: states ?? [] };
}

/** @returns The block of a thought without text. */
export function redacted(carried: CarriedState): Block {
  return { type: 'redacted_thinking', data: seal([carried]) };
}

/**
 * What was found on the web. The index is Anthropic's way of knowing its own search again; here it is an empty envelope,
 * by which gw knows what must not go to Anthropic.
 */
export function encodeCitation({ url, title, start, end }: Citation, text: string): Block {
  return {
    type: 'web_search_result_location',
    url,
    title: title ?? null,
    encrypted_index: seal([]),
    cited_text: start === undefined || end === undefined ? '' : text.slice(start, end),
  };
}

function textBlocks({ text, ...part }: Part & { readonly text: string }): Block[] {
  const citations = part.kind === 'text' ? part.citations : undefined;
  if (text === '' && !citations) return [];
  return [{ type: 'text', text, citations: citations?.map((citation) => encodeCitation(citation, text)) }];
}

function callBlock(part: CallPart, id: string): Block {
  const given = part.custom === true ? wrapInput(part.arguments) : part.arguments;
  const isObject = viewJson(given)?.kind === 'object';
  return { type: 'tool_use', id, name: part.name, input: new Verbatim(isObject ? given : '{}') };
}
