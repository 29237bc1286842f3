import type { AnswerEvent } from '../../core/answer.ts';
import type { Citation } from '../../core/conversation.ts';
import { type FaultCode, fault } from '../../core/fault.ts';
import type { StreamDecoder, TranslationTarget } from '../../core/format.ts';
import { field, isObject, type JsonObject, numberField, parseJson, stringField } from '../../lib/expect.ts';
import { startOf } from './decode-answer.ts';
import { BlockDecoder, finishOf, type WireBlock } from './decode-blocks.ts';
import { classifyInside } from './errors.ts';
import { StreamUsage } from './usage.ts';

/** A decoder for one stream. */
export function decodeStream(target: TranslationTarget): StreamDecoder {
  return new MessageDecoder(target);
}

class MessageDecoder implements StreamDecoder {
  readonly #blocks: BlockDecoder;
  readonly #usage = new StreamUsage();
  #started = false;
  #done = false;
  #reason: string | undefined;
  #stopSequence: string | undefined;

  constructor(target: TranslationTarget) {
    this.#blocks = new BlockDecoder(target);
  }

  push(data: string, name: string | undefined): readonly AnswerEvent[] {
    if (this.#done || data === '') return [];
    const event = parseJson(data);
    if (!isObject(event)) return [{ is: 'malformed' }];
    return this.#read(event, stringField(event, 'type') ?? name ?? '');
  }

  end(): readonly AnswerEvent[] {
    if (this.#done) return [];
    const code = this.#blocks.hasContent ? 'stream_broken' : 'upstream_garbled';
    return this.#break(code, 'the stream ended without message_stop');
  }

  #read(event: JsonObject, type: string): readonly AnswerEvent[] {
    switch (type) {
      case 'message_start':
        return this.#start(event['message']);
      case 'content_block_start':
        return this.#open(event);
      case 'content_block_delta':
        return this.#delta(event);
      case 'content_block_stop':
        return this.#blocks.stop();
      case 'message_delta':
        return this.#finish(event);
      case 'message_stop':
        return this.#stop();
      case 'ping':
        return [{ is: 'ping' }];
      case 'error':
        return this.#fail(event['error'] ?? event);
      default:
        return this.#other(event, type);
    }
  }

  /** Once more the same beginning means nothing; after content it is another answer. */
  #start(message: unknown): readonly AnswerEvent[] {
    if (this.#started && this.#blocks.hasContent)
      return this.#break('upstream_garbled', 'a second answer began inside the first');
    if (this.#started) return [{ is: 'malformed' }];
    this.#started = true;
    const start = startOf(stringField(message, 'id'), stringField(message, 'model'));
    return [start, ...this.#count(field(message, 'usage'))];
  }

  #open(event: JsonObject): readonly AnswerEvent[] {
    const block = event['content_block'];
    if (!isObject(block)) return [{ is: 'malformed' }];
    const start: AnswerEvent[] = this.#started ? [] : [{ is: 'start' }];
    this.#started = true;
    return [...start, ...this.#blocks.start(indexOf(event), readBlock(block))];
  }

  #delta(event: JsonObject): readonly AnswerEvent[] {
    const { delta } = event;
    const type = stringField(delta, 'type');
    if (type === undefined) return [{ is: 'malformed' }];
    if (type === 'citations_delta')
      return this.#blocks.cite(indexOf(event), readCitation(field(delta, 'citation')));
    const name = TEXT_OF_DELTA.get(type);
    const text = name === undefined ? undefined : stringField(delta, name);
    return text === undefined ? [] : this.#blocks.delta(indexOf(event), type, text);
  }

  #finish(event: JsonObject): readonly AnswerEvent[] {
    const { delta } = event;
    this.#reason = stringField(delta, 'stop_reason') ?? this.#reason;
    this.#stopSequence = stringField(delta, 'stop_sequence') ?? this.#stopSequence;
    return this.#count(event['usage']);
  }

  #count(said: unknown): AnswerEvent[] {
    const usage = this.#usage.take(said);
    return usage ? [{ is: 'usage', usage }] : [];
  }

  #stop(): readonly AnswerEvent[] {
    if (!this.#started) return this.#break('upstream_garbled', 'the stream ended before it began');
    this.#done = true;
    const finish = finishOf(this.#reason, this.#stopSequence, this.#blocks.hasCalls);
    return [...this.#blocks.stop(), finish, { is: 'end' }];
  }

  /** Gateways in front of a provider report their failures in whatever shape they have. */
  #other({ error }: JsonObject, type: string): readonly AnswerEvent[] {
    if (type !== '') return [];
    return error === undefined || error === null ? [{ is: 'malformed' }] : this.#fail(error);
  }

  #fail(error: unknown): readonly AnswerEvent[] {
    this.#done = true;
    return [{ is: 'error', fault: classifyInside(error) }];
  }

  #break(code: FaultCode, message: string): readonly AnswerEvent[] {
    this.#done = true;
    return [{ is: 'error', fault: fault(code, message) }];
  }
}

/** In which field each kind of delta has its text. */
const TEXT_OF_DELTA: ReadonlyMap<string, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['input_json_delta', 'partial_json'],
  ['signature_delta', 'signature'],
]);

function indexOf(event: JsonObject): number {
  return numberField(event, 'index') ?? 0;
}

function readBlock(block: JsonObject): WireBlock {
  const { input } = block;
  const citations: readonly unknown[] = Array.isArray(block['citations']) ? block['citations'] : [];
  return {
    type: stringField(block, 'type') ?? '',
    id: stringField(block, 'id'),
    name: stringField(block, 'name'),
    text: stringField(block, 'text') ?? stringField(block, 'thinking'),
    signature: stringField(block, 'signature'),
    sealed: stringField(block, 'data'),
    input: isObject(input) && Object.keys(input).length > 0 ? JSON.stringify(input) : undefined,
    isPlaceless: citations.some((citation) => readCitation(citation).length === 0),
    citations: citations.flatMap(readCitation),
  };
}

/** Only what was found on the web has an address. */
function readCitation(citation: unknown): Citation[] {
  const url = stringField(citation, 'url');
  const title = stringField(citation, 'title');
  return url === undefined ? [] : [{ url, ...(title !== undefined && { title }) }];
}
