import type { DeliveredStream } from '../../core/answer.ts';
import type { AnswerEcho, StreamEncoder } from '../../core/format.ts';
import { field, type JsonObject, numberField, stringField } from '../../lib/expect.ts';
import { eventsOf } from '../hub/passed-through.ts';
import { MessageEncoder } from './encode-stream.ts';

/** Blocks that any model may go on after; the others belong to tools, some of them to tools of the provider. */
const PLAIN_BLOCKS: ReadonlySet<string> = new Set(['text', 'thinking', 'redacted_thinking']);

/** Goes on with a message: the same id and model, and the next number for the next block. */
export function resumeStream(echo: AnswerEcho, delivered: DeliveredStream): StreamEncoder | undefined {
  const place = new Place();
  for (const event of eventsOf(delivered)) if (!place.pass(event)) return undefined;
  const encoder = new MessageEncoder(echo);
  for (const event of delivered.events) if (event.is === 'start' || event.is === 'usage') encoder.push(event);
  encoder.goOn(place.blocks, place.open === 'text');
  return encoder;
}

/** How far a message has come. */
class Place {
  blocks = 0;
  open: string | undefined;

  /** False where nobody else can go on. */
  pass(event: JsonObject): boolean {
    switch (stringField(event, 'type')) {
      case 'content_block_start':
        this.open = stringField(event['content_block'], 'type') ?? '';
        return numberField(event, 'index') === this.blocks++ && PLAIN_BLOCKS.has(this.open);
      case 'content_block_stop':
        this.open = undefined;
        return true;
      case 'message_delta':
        // Why the model stopped was told already: there is nothing to go on with.
        return typeof field(event['delta'], 'stop_reason') !== 'string';
      case undefined:
      default:
        return true;
    }
  }
}
