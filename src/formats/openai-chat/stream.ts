import type { Fault } from '../../core/fault.ts';
import type { EventKind, StreamJudge } from '../../core/format.ts';
import type { Operation } from '../../core/operation.ts';
import type { Usage } from '../../core/usage.ts';
import { field, isObject, parseJson } from '../../lib/expect.ts';
import { classifyInside } from '../hub/openai-errors.ts';
import { isPlainDelta } from './plain-delta.ts';
import { readUsage } from './usage.ts';

/** Fields of a chat delta that say who speaks, not what is said. */
const FRAME_FIELDS = new Set(['role', 'refusal', 'function_call', 'tool_calls', 'content']);

/** Judges the chunks of one streamed answer of the OpenAI API, in order. */
export function judgeStream(operation: Operation): StreamJudge {
  return operation === 'chat' || operation === 'completions' ? new ChunkJudge() : new TypedEventJudge();
}

/** Chat and text completions: chunks with `choices`, closed by `[DONE]` or by a finish reason and a clean end. */
class ChunkJudge implements StreamJudge {
  readonly #open = new Set<number>();
  #anyFinished = false;
  ended = false;
  usage: Usage | undefined;
  fault: Fault | undefined;

  get finished(): boolean {
    return this.ended || (this.#anyFinished && this.#open.size === 0);
  }

  judge(data: string | undefined, name: string | undefined): EventKind {
    if (data === undefined || data === '') return 'opening';
    if (data === '[DONE]') return this.#end();
    if (name === undefined && isPlainDelta(data)) {
      this.#began(0);
      return 'content';
    }
    const chunk = parseJson(data);
    if (!isObject(chunk)) return 'malformed';
    const error = chunk['error'];
    if (error !== undefined && error !== null) return this.#fail(error);
    // vLLM writes its errors without the field.
    if (name === 'error' || chunk['object'] === 'error') return this.#fail(chunk);
    const usage = readUsage(chunk['usage']) ?? readUsage(field(chunk['x_groq'], 'usage'));
    if (usage) this.usage = usage;
    const choices = chunk['choices'];
    if (!Array.isArray(choices)) return usage ? 'usage' : 'opening';
    if (choices.length === 0) return usage ? 'usage' : 'opening';
    return this.#judgeChoices(choices);
  }

  #end(): EventKind {
    this.ended = true;
    return 'end';
  }

  #fail(error: unknown): EventKind {
    this.fault = classifyInside(error);
    return 'error';
  }

  #began(place: number): void {
    if (!this.#anyFinished) this.#open.add(place);
  }

  #judgeChoices(choices: readonly unknown[]): EventKind {
    let kind: EventKind = 'opening';
    for (const choice of choices) {
      const index = field(choice, 'index');
      const place = typeof index === 'number' ? index : 0;
      const reason = field(choice, 'finish_reason');
      const finished = typeof reason === 'string' && reason !== '';
      if (finished) {
        this.#anyFinished = true;
        this.#open.delete(place);
      } else {
        this.#began(place);
      }
      if (finished || hasContent(choice)) kind = 'content';
    }
    return kind;
  }
}

/** A finish reason counts too: an empty answer is an answer. */
function hasContent(choice: unknown): boolean {
  const text = field(choice, 'text');
  if (typeof text === 'string' && text !== '') return true;
  const delta = field(choice, 'delta') ?? field(choice, 'message');
  if (!isObject(delta)) return false;
  for (const name of Object.keys(delta)) {
    if (name === 'role') continue;
    const value = delta[name];
    if (isSaid(value)) return true;
    if (!FRAME_FIELDS.has(name) && typeof value === 'number') return true;
  }
  return false;
}

function isSaid(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  return Array.isArray(value) ? value.length > 0 : isObject(value);
}

/** Images and audio: events with a `type` such as `transcript.text.delta` and `….done`. */
class TypedEventJudge implements StreamJudge {
  ended = false;
  usage: Usage | undefined;
  fault: Fault | undefined;

  get finished(): boolean {
    return this.ended;
  }

  judge(data: string | undefined): EventKind {
    if (data === undefined || data === '') return 'opening';
    if (data === '[DONE]') {
      this.ended = true;
      return 'end';
    }
    const event = parseJson(data);
    if (!isObject(event)) return 'malformed';
    const error = event['error'];
    if (isObject(error)) {
      this.fault = classifyInside(error);
      return 'error';
    }
    this.usage = readUsage(event['usage']) ?? this.usage;
    const type = event['type'];
    if (typeof type === 'string' && (type.endsWith('.done') || type.endsWith('.completed')))
      this.ended = true;
    return 'content';
  }
}
