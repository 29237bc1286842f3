import { type Fault, fault } from '../../core/fault.ts';
import type { EventKind, StreamJudge } from '../../core/format.ts';
import type { Operation } from '../../core/operation.ts';
import type { Usage } from '../../core/usage.ts';
import { field, isObject, isString, type JsonObject, parseJson, stringField } from '../../lib/expect.ts';
import { classifyInside } from './errors.ts';
import { isPlainDelta } from './plain-delta.ts';
import { StreamUsage } from './usage.ts';

/** Judges the events of one streamed answer, in order. */
export function judgeStream(operation: Operation): StreamJudge {
  return operation === 'chat' ? new MessageJudge() : new AnyJudge();
}

/**
 * `message_start`, blocks, `message_delta` with the reason and the usage, `message_stop`. Clients build the answer from
 * exactly this and raise an exception at a second `message_start`, or when `message_stop` never comes.
 */
class MessageJudge implements StreamJudge {
  readonly #counted = new StreamUsage();
  #started = false;
  #spoken = false;
  ended = false;
  usage: Usage | undefined;
  fault: Fault | undefined;

  get finished(): boolean {
    return this.ended;
  }

  judge(data: string | undefined, name: string | undefined): EventKind {
    if (data === undefined || data === '') return 'opening';
    if (isPlainDelta(data)) {
      this.#spoken = true;
      return 'content';
    }
    const event = parseJson(data);
    if (!isObject(event)) return 'malformed';
    const kind = this.#kindOf(event, stringField(event, 'type') ?? name);
    this.#spoken ||= kind === 'content';
    return kind;
  }

  #kindOf(event: JsonObject, type: string | undefined): EventKind {
    switch (type) {
      case 'message_start':
        return this.#start(event);
      case 'content_block_start':
        return isEmptyBlock(event['content_block']) ? 'opening' : 'content';
      case 'content_block_delta':
        return isEmptyBlock(event['delta']) ? 'opening' : 'content';
      case 'message_delta':
        this.usage = this.#counted.take(event['usage']) ?? this.usage;
        // An answer that ends without a word is an answer too, for instance a refusal.
        return isString(field(event['delta'], 'stop_reason')) ? 'content' : 'opening';
      case 'message_stop':
        this.ended = true;
        return 'end';
      case 'error':
        this.fault = classifyInside(event['error'] ?? event);
        return 'error';
      case undefined:
        return this.#judgeUntyped(event);
      default:
        return 'opening';
    }
  }

  #start(event: JsonObject): EventKind {
    if (this.#started && this.#spoken) {
      this.fault = fault('upstream_garbled', 'a second answer began inside the first');
      return 'error';
    }
    if (this.#started) return 'malformed';
    this.#started = true;
    this.usage = this.#counted.take(field(event['message'], 'usage')) ?? this.usage;
    return 'opening';
  }

  /** Gateways in front of a provider report their own failures in whatever shape they have. */
  #judgeUntyped(event: JsonObject): EventKind {
    const { error } = event;
    if (!isObject(error) && !isString(error)) return 'malformed';
    this.fault = classifyInside(error);
    return 'error';
  }
}

/** A block that only begins, or a delta without a character. A tool call says something by being there. */
function isEmptyBlock(block: unknown): boolean {
  if (!isObject(block)) return true;
  for (const name of Object.keys(block)) {
    const value = block[name];
    if (name === 'type' ? !PLAIN_TYPES.has(String(value)) : isSaid(value)) return false;
  }
  return true;
}

/** Blocks that mean nothing while they are empty, and the deltas. */
const PLAIN_TYPES = new Set([
  'text',
  'thinking',
  'text_delta',
  'thinking_delta',
  'input_json_delta',
  'signature_delta',
  'citations_delta',
]);

function isSaid(value: unknown): boolean {
  if (isString(value)) return value !== '';
  return Array.isArray(value) ? value.length > 0 : isObject(value);
}

/** Streams of other operations: whatever they say is relayed, and they end when they end. */
class AnyJudge implements StreamJudge {
  readonly finished = true;
  readonly ended = false;
  readonly usage: Usage | undefined = undefined;
  readonly fault: Fault | undefined = undefined;

  judge(data: string | undefined): EventKind {
    return data === undefined ? 'opening' : 'content';
  }
}
