import type { AnswerEvent, FinishReason, OpenedPart } from '../../core/answer.ts';
import type { Citation, JsonText, OpaqueState } from '../../core/conversation.ts';
import type { TranslationTarget } from '../../core/format.ts';
import { withCalls } from '../hub/finish.ts';
import { lost } from '../hub/lost.ts';
import { originalToolName } from '../hub/tool-names.ts';
import { ANSWER_TOOL } from './encode-tools.ts';

/** Why the model stopped, in Anthropic's words (docs: api/handling-stop-reasons). */
const FINISHES: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['tool_use', 'stop'],
  ['max_tokens', 'length'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
  ['model_context_window_exceeded', 'context'],
]);

/** The end of an answer. @param hasCalls Whether a tool of the caller was called. */
export function finishOf(
  reason: string | undefined,
  stopSequence: string | undefined,
  hasCalls: boolean,
): AnswerEvent {
  const finish = reason === undefined ? 'other' : (FINISHES.get(reason) ?? 'other');
  return {
    is: 'finish',
    reason: withCalls(finish, hasCalls),
    ...(reason !== undefined && { raw: reason }),
    ...(stopSequence !== undefined && { stopSequence }),
  };
}

/** A block of an answer, from whatever it was read with. */
export interface WireBlock {
  readonly type: string;
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** The text, or the thought. */
  readonly text: string | undefined;
  readonly signature: string | undefined;
  /** A thought nobody may read. */
  readonly sealed: string | undefined;
  /** The arguments of a call. */
  readonly input: JsonText | undefined;
  readonly citations: readonly Citation[];
  /** Some of its sources have no address: places in the caller's own files. */
  readonly isPlaceless: boolean;
}

/** Reads the blocks of one answer, whole or in pieces, one after the other. */
export class BlockDecoder {
  readonly #target: TranslationTarget;
  #open: OpenBlock | undefined;
  hasCalls = false;
  /** Whether any block began. */
  hasContent = false;

  constructor(target: TranslationTarget) {
    this.#target = target;
  }

  /** A block begins, or is there as a whole. */
  start(index: number, block: WireBlock): AnswerEvent[] {
    const before = this.stop();
    this.hasContent = true;
    if (block.type === 'redacted_thinking') return [...before, ...this.#redacted(block.sealed)];
    const part = openedPart(block);
    if (!part) return [...before, ...lost(AT_PROVIDER.test(block.type) ? ['server-steps'] : [])];
    this.hasCalls ||= part.kind === 'call';
    const isInput = block.type === 'tool_use';
    this.#open = { index, part, isInput, given: block.input, signature: block.signature, hasText: false };
    const placeless = lost(block.isPlaceless ? ['citations'] : []);
    return [
      ...before,
      ...placeless,
      { is: 'open', part },
      ...this.#text(block.text),
      ...block.citations.map(cite),
    ];
  }

  /** More of a block. Others than the open one are none of the hub's: a server's tools, or out of order. */
  delta(index: number, type: string, text: string): readonly AnswerEvent[] {
    const open = this.#open;
    if (open?.index !== index) return [];
    if (type === 'signature_delta') {
      // The last one counts, as in the official SDK.
      open.signature = text;
      return [];
    }
    return type === deltaType(open) ? this.#text(text) : [];
  }

  cite(index: number, citations: readonly Citation[]): readonly AnswerEvent[] {
    if (citations.length === 0) return lost(['citations']);
    return this.#open?.index === index && this.#open.part.kind === 'text' ? citations.map(cite) : [];
  }

  /** The open block is whole. */
  stop(): AnswerEvent[] {
    const open = this.#open;
    if (!open) return [];
    this.#open = undefined;
    const events: AnswerEvent[] = [];
    // A host that does not stream arguments gives them at once; no argument at all is an object without fields.
    if (open.isInput && !open.hasText) events.push({ is: 'delta', text: open.given ?? '{}' });
    if (open.part.kind === 'reasoning' && open.signature !== undefined && open.signature !== '')
      events.push({ is: 'opaque', state: this.#state('signature', open.signature) });
    return [...events, { is: 'close' }];
  }

  #text(text: string | undefined): AnswerEvent[] {
    if (text === undefined || text === '' || !this.#open) return [];
    this.#open.hasText = true;
    return [{ is: 'delta', text }];
  }

  #redacted(sealed: string | undefined): AnswerEvent[] {
    if (sealed === undefined || sealed === '') return [];
    return [
      { is: 'open', part: { kind: 'reasoning' } },
      { is: 'opaque', state: this.#state('encrypted', sealed) },
      { is: 'close' },
    ];
  }

  #state(kind: OpaqueState['kind'], sealed: string): OpaqueState {
    const { provider, model } = this.#target;
    return { format: 'anthropic-messages', provider, model, kind, data: sealed };
  }
}

/**
 * Blocks of tools that ran at the provider: `server_tool_use`, `mcp_tool_use`, what those found, and files they made
 * (https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview).
 */
const AT_PROVIDER = /_tool_(?:use|result)$|^container_upload$/;

interface OpenBlock {
  readonly index: number;
  readonly part: OpenedPart;
  /** Its text comes as the JSON of a tool's arguments. */
  readonly isInput: boolean;
  /** The arguments as they stood in the block's beginning. */
  readonly given: JsonText | undefined;
  signature: string | undefined;
  hasText: boolean;
}

/** What a block is to the hub; nothing, when its tool runs at the provider. */
function openedPart({ type, id, name = '' }: WireBlock): OpenedPart | undefined {
  if (type === 'text') return { kind: 'text' };
  if (type === 'thinking') return { kind: 'reasoning' };
  if (type !== 'tool_use') return undefined;
  return name === ANSWER_TOOL
    ? { kind: 'text' }
    : { kind: 'call', id: id ?? '', name: originalToolName(name) };
}

function deltaType({ part, isInput }: OpenBlock): string {
  if (isInput) return 'input_json_delta';
  return part.kind === 'reasoning' ? 'thinking_delta' : 'text_delta';
}

function cite(citation: Citation): AnswerEvent {
  return { is: 'citation', citation };
}
