import type { JsonOut } from '../../lib/json-write.ts';
import type { OpenedMedia } from '../hub/answer-media.ts';
import type { EventLog } from './event-log.ts';
import { Item, type ItemPlace, type ItemWriter } from './write-items.ts';

/** A picture the model made. */
export class ImageItem extends Item implements ItemWriter {
  readonly #picture: OpenedMedia;

  constructor(log: EventLog, place: ItemPlace, picture: OpenedMedia) {
    super(log, place);
    this.#picture = picture;
  }

  begin(): string {
    const item = { id: this.id, type: 'image_generation_call', status: 'in_progress', result: null };
    return this.whole('added', item) + this.within('image_generation_call.in_progress', {});
  }

  delta(): string {
    return '';
  }

  end(): { readonly events: string; readonly item: JsonOut } {
    const { mime, data: result } = this.#picture;
    const output_format = mime.slice('image/'.length);
    const item = { id: this.id, type: 'image_generation_call', status: 'completed', output_format, result };
    return { events: this.within('image_generation_call.completed', {}) + this.whole('done', item), item };
  }
}
