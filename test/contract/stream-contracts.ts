import type { CallerFormatName } from '../../src/core/operation.ts';
import { field, isObject, parseJson, stringField } from '../../src/lib/expect.ts';

/** What a stream tells the client it is for, and where it breaks that format's rules. */
export interface StreamReading {
  /** `whole`: ended as the format ends an answer; `error`: told so; `none`: just ended. */
  readonly end: 'whole' | 'error' | 'none';
  readonly text: string;
  readonly breaches: readonly string[];
}

interface SentEvent {
  readonly name: string | undefined;
  readonly data: string;
  readonly json: unknown;
}

/** Reads a stream as the strictest client of its format would. */
export function readStream(format: CallerFormatName, body: string): StreamReading {
  const reader = new READERS[format]();
  const { events, breaches } = eventsOf(body.replaceAll('\r\n', '\n'));
  for (const event of events) reader.take(event);
  return { end: reader.end, text: reader.text, breaches: [...breaches, ...reader.breaches] };
}

function eventsOf(body: string): { events: SentEvent[]; breaches: string[] } {
  const breaches: string[] = [];
  const events: SentEvent[] = [];
  if (body !== '' && !body.endsWith('\n\n')) breaches.push('the last event is not closed');
  for (const block of body.split('\n\n')) {
    const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    if (lines.length === 0) continue;
    let name: string | undefined;
    const said: string[] = [];
    for (const line of lines) {
      if (line.startsWith('event: ')) name = line.slice(7);
      else if (line.startsWith('data: ')) said.push(line.slice(6));
      else breaches.push(`a line that is none of the format's: ${line.slice(0, 60)}`);
    }
    const data = said.join('\n');
    events.push({ name, data, json: parseJson(data) });
  }
  return { events, breaches };
}

abstract class Reader {
  end: StreamReading['end'] = 'none';
  text = '';
  readonly breaches: string[] = [];

  take(event: SentEvent): void {
    const isOver = this.end === 'whole' || (this.end === 'error' && !this.mayFollowError(event));
    if (isOver) this.breaches.push(`after the end: ${event.data.slice(0, 80)}`);
    this.read(event);
  }

  /** What may still come once an error was told. */
  protected mayFollowError(_event: SentEvent): boolean {
    return false;
  }

  protected abstract read(event: SentEvent): void;

  protected must(holds: boolean, rule: string): void {
    if (!holds) this.breaches.push(rule);
  }
}

class ChatReader extends Reader {
  #head: string | undefined;
  #finished = false;
  #calls = 0;

  protected read({ data, json }: SentEvent): void {
    if (data === '[DONE]') {
      this.must(this.#finished, '[DONE] without a finish reason');
      this.end = 'whole';
      return;
    }
    if (field(json, 'error') !== undefined) {
      this.must(typeof stringField(field(json, 'error'), 'message') === 'string', 'an error without words');
      this.end = 'error';
      return;
    }
    this.must(stringField(json, 'object') === 'chat.completion.chunk', 'an event that is no chunk');
    const head = JSON.stringify([field(json, 'id'), field(json, 'created'), field(json, 'model')]);
    const isFirst = this.#head === undefined;
    this.must(isFirst || head === this.#head, 'id, time or model changed');
    this.#head ??= head;
    const [choice] = listField(json, 'choices');
    if (choice === undefined) {
      this.must(this.#finished && isObject(field(json, 'usage')), 'no choice before the finish reason');
      return;
    }
    const delta = field(choice, 'delta');
    this.must(isObject(delta), 'a choice without a delta');
    this.must((stringField(delta, 'role') === 'assistant') === isFirst, 'the role is not in the first chunk');
    this.must(!this.#finished, 'a choice after the finish reason');
    this.text += stringField(delta, 'content') ?? '';
    for (const call of listField(delta, 'tool_calls')) this.#readCall(call);
    if (stringField(choice, 'finish_reason') !== undefined) this.#finished = true;
  }

  #readCall(call: unknown): void {
    const index = field(call, 'index');
    if (stringField(call, 'id') === undefined) {
      this.must(index === this.#calls - 1, 'arguments of a call that is not the last one');
      return;
    }
    this.must(index === this.#calls++, 'calls are not counted up');
    const told = field(call, 'function') ?? field(call, 'custom');
    this.must(typeof stringField(told, 'name') === 'string', 'a call without a name');
    this.must((stringField(told, 'arguments') ?? stringField(told, 'input')) === '', 'no empty arguments');
  }
}

class ResponsesReader extends Reader {
  #sequence = 0;
  #items = 0;
  #open: { readonly id: unknown; readonly type: unknown; parts: number; partOpen: boolean } | undefined;

  /** Codex reads from it what the `error` event before it does not say. */
  protected override mayFollowError({ name }: SentEvent): boolean {
    return name === 'response.failed';
  }

  protected read({ name, json }: SentEvent): void {
    const type = stringField(json, 'type') ?? '';
    this.must(name === type, `the name ${name ?? ''} is not the type ${type}`);
    if (type === 'error' || this.end === 'error') {
      this.end = 'error';
      return;
    }
    this.must(field(json, 'sequence_number') === this.#sequence, 'sequence numbers skip');
    const position = this.#sequence++;
    if (type === 'keepalive') return;
    const isLifecycle = field(json, 'response') !== undefined;
    if (isLifecycle) this.#readLifecycle(type, position, json);
    else this.#readItem(type, json);
  }

  #readLifecycle(type: string, position: number, json: unknown): void {
    const response = field(json, 'response');
    this.must(typeof stringField(response, 'id') === 'string', 'a response without an id');
    this.must((type === 'response.created') === (position === 0), 'not created first');
    this.must((type === 'response.in_progress') === (position === 1), 'not in progress second');
    if (type === 'response.completed' || type === 'response.incomplete') {
      this.must(this.#open === undefined, 'ended inside of an item');
      this.must(listField(response, 'output').length === this.#items, 'the end tells other items');
      this.end = 'whole';
    } else if (type === 'response.failed') {
      this.end = 'error';
    }
  }

  #readItem(type: string, json: unknown): void {
    const item = field(json, 'item');
    if (type === 'response.output_item.added') {
      this.must(this.#open === undefined, 'two items open');
      this.must(field(json, 'output_index') === this.#items++, 'items are not counted up');
      this.#open = { id: field(item, 'id'), type: field(item, 'type'), parts: 0, partOpen: false };
      return;
    }
    const open = this.#open;
    this.must(open !== undefined, `${type} outside of an item`);
    this.must(field(json, 'output_index') === this.#items - 1, `${type} of another item`);
    if (!open) return;
    if (type === 'response.output_item.done') {
      this.must(field(item, 'id') === open.id, 'another item ends');
      this.must(!open.partOpen, 'an item ends inside of a part');
      this.#open = undefined;
      return;
    }
    this.must(stringField(json, 'item_id') === open.id, `${type} names another item`);
    this.#readPart(type, json, open);
  }

  #readPart(type: string, json: unknown, open: { parts: number; partOpen: boolean }): void {
    if (type.endsWith('part.added')) {
      this.must(!open.partOpen, 'two parts open');
      open.partOpen = true;
      open.parts++;
    } else if (type.endsWith('part.done')) {
      this.must(open.partOpen, 'a part ends that is not open');
      open.partOpen = false;
    } else if (type === 'response.output_text.delta') {
      this.must(open.partOpen, 'text outside of a part');
      this.must(Array.isArray(field(json, 'logprobs')), 'text without logprobs');
      this.text += stringField(json, 'delta') ?? '';
    }
  }
}

class MessagesReader extends Reader {
  #started = false;
  #blocks = 0;
  #open: string | undefined;
  #said = 0;
  #stopped = false;

  protected read({ name, json }: SentEvent): void {
    const type = stringField(json, 'type') ?? '';
    this.must(name === type, `the name ${name ?? ''} is not the type ${type}`);
    if (type === 'ping') return;
    if (type === 'error') {
      this.must(typeof stringField(field(json, 'error'), 'type') === 'string', 'an error without a type');
      this.end = 'error';
      return;
    }
    this.must((type === 'message_start') === !this.#started, 'message_start is not first and once');
    this.#started = true;
    if (type === 'message_start') this.#usage(field(field(json, 'message'), 'usage'));
    else if (type === 'content_block_start') this.#start(json);
    else if (type === 'content_block_delta') this.#delta(json);
    else if (type === 'content_block_stop') this.#stop(json);
    else if (type === 'message_delta') this.#finish(json);
    else if (type === 'message_stop') {
      this.must(this.#stopped, 'message_stop without a reason');
      this.end = 'whole';
    } else this.breaches.push(`an unknown event: ${type}`);
  }

  #usage(usage: unknown): void {
    this.must(typeof field(usage, 'output_tokens') === 'number', 'no number of output tokens');
  }

  #start(json: unknown): void {
    const block = field(json, 'content_block');
    this.must(this.#open === undefined, 'two blocks open');
    this.must(field(json, 'index') === this.#blocks++, 'blocks are not counted up');
    this.#open = stringField(block, 'type');
    this.#said = 0;
    if (this.#open === 'tool_use')
      this.must(JSON.stringify(field(block, 'input')) === '{}', 'a call begins with input');
    if (this.#open === 'redacted_thinking') this.#said = 1;
  }

  #delta(json: unknown): void {
    const delta = field(json, 'delta');
    this.must(this.#open !== undefined && field(json, 'index') === this.#blocks - 1, 'a delta of no block');
    this.#said++;
    if (stringField(delta, 'type') === 'text_delta') this.text += stringField(delta, 'text') ?? '';
  }

  #stop(json: unknown): void {
    this.must(field(json, 'index') === this.#blocks - 1, 'another block ends');
    if (this.#open === 'text') this.must(this.#said > 0, 'an empty text block');
    this.#open = undefined;
  }

  #finish(json: unknown): void {
    this.must(this.#open === undefined, 'ended inside of a block');
    this.must(!this.#stopped, 'two reasons');
    this.must(typeof stringField(field(json, 'delta'), 'stop_reason') === 'string', 'no reason');
    this.#usage(field(json, 'usage'));
    this.#stopped = true;
  }
}

class GeminiReader extends Reader {
  #id: string | undefined;

  protected read({ json }: SentEvent): void {
    if (field(json, 'error') !== undefined) {
      this.must(typeof stringField(field(json, 'error'), 'message') === 'string', 'an error without words');
      this.end = 'error';
      return;
    }
    const id = stringField(json, 'responseId');
    this.must(id !== undefined && (this.#id ?? id) === id, 'the id changed');
    this.#id ??= id;
    const [candidate] = listField(json, 'candidates');
    this.must(isObject(candidate), 'a chunk without a candidate');
    const parts = listField(field(candidate, 'content'), 'parts');
    this.must(parts.length > 0, 'a chunk without a part');
    for (const part of parts) {
      const call = field(part, 'functionCall');
      if (call !== undefined) this.must(isObject(field(call, 'args')), 'a call without arguments');
      else if (field(part, 'thought') !== true) this.text += stringField(part, 'text') ?? '';
    }
    if (stringField(candidate, 'finishReason') !== undefined) this.end = 'whole';
  }
}

function listField(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  return Array.isArray(list) ? list : [];
}

const READERS: Readonly<Record<CallerFormatName, new () => Reader>> = {
  'openai-chat': ChatReader,
  'openai-responses': ResponsesReader,
  'anthropic-messages': MessagesReader,
  gemini: GeminiReader,
};
