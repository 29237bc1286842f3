import { type Fault, fault } from '../../core/fault.ts';
import type { EventKind, ItemKeeper, StreamJudge } from '../../core/format.ts';
import type { Operation } from '../../core/operation.ts';
import type { Usage } from '../../core/usage.ts';
import { field, isObject, type JsonObject, parseJson, stringField } from '../../lib/expect.ts';
import { readFailure } from './failure.ts';
import { keepItem } from './kept-items.ts';
import { isPlainDelta } from './plain-delta.ts';
import { readUsage } from './usage.ts';

/** Events that say that something begins, not what it is. */
const OPENING = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.content_part.added',
  'response.reasoning_summary_part.added',
  'response.metadata',
]);

/** Items that are empty until something is said in them; every other kind is a call of a tool. */
const CONTAINERS = new Set(['message', 'reasoning']);

/** Judges the events of one streamed answer of the Responses API, in order. */
export function judgeStream(_operation: Operation, keep?: ItemKeeper): StreamJudge {
  return new ResponseJudge(keep);
}

class ResponseJudge implements StreamJudge {
  ended = false;
  usage: Usage | undefined;
  fault: Fault | undefined;
  answerId: string | undefined;
  #keep: ItemKeeper | undefined;

  constructor(keep: ItemKeeper | undefined) {
    this.#keep = keep;
  }

  get finished(): boolean {
    return this.ended;
  }

  judge(text: string | undefined): EventKind {
    if (text === undefined || text === '') return 'opening';
    // OpenAI itself sends none; hosts that do send it after the terminal event, without which nothing is finished.
    if (text === '[DONE]') return this.ended ? 'end' : 'opening';
    if (isPlainDelta(text)) return 'content';
    const event = parseJson(text);
    if (!isObject(event)) return 'malformed';
    const type = stringField(event, 'type');
    if (type === undefined) return isObject(event['error']) ? this.#fail(event) : 'malformed';
    const response = event['response'];
    if (response !== undefined) this.#noteResponse(response);
    switch (type) {
      case 'response.completed':
      case 'response.incomplete':
        this.ended = true;
        return 'end';
      case 'response.failed':
      case 'response.cancelled':
      case 'error':
        return this.#fail(event);
      case 'response.output_item.added':
        return CONTAINERS.has(stringField(event['item'], 'type') ?? '') ? 'opening' : 'content';
      case 'response.output_item.done':
        if (this.#keep) keepItem(event['item'], this.#keep);
        return 'content';
      default:
        return isOpening(type, event) ? 'opening' : 'content';
    }
  }

  #noteResponse(response: unknown): void {
    this.usage = readUsage(field(response, 'usage')) ?? this.usage;
    // An answer that is not stored cannot be gone on from, nor are its items named.
    if (field(response, 'store') === false) this.#keep = undefined;
    else this.answerId = stringField(response, 'id') ?? this.answerId;
  }

  #fail(event: JsonObject): EventKind {
    this.fault = readFailure(event) ?? fault('upstream_overloaded', 'the provider gave the answer up');
    return 'error';
  }
}

function isOpening(type: string, event: JsonObject): boolean {
  // `keepalive`, `codex.rate_limits` and the like: all that is said is said in events of the response.
  return OPENING.has(type) || !type.startsWith('response.') || event['delta'] === '';
}
