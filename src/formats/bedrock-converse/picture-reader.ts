import { LONGEST_ANSWER } from '../../core/answer.ts';
import type { JsonView } from '../../lib/json-view.ts';
import type { OpenedMedia } from '../hub/answer-media.ts';

/**
 * Puts the picture of one block together: its kind comes first, its bytes in pieces
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlockDelta.html).
 */
export class PictureReader {
  #seen = false;
  #kind: string | undefined;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** A picture began and is not whole. */
  get seen(): boolean {
    return this.#seen;
  }

  /** A block, its beginning, or more of it. */
  push(image: JsonView): void {
    this.#seen = true;
    this.#kind ??= image.string('format');
    const bytes = image.get('source')?.string('bytes') ?? '';
    this.#bytes += bytes.length;
    if (this.#bytes > LONGEST_ANSWER) this.#pieces = [];
    else if (bytes !== '') this.#pieces.push(Buffer.from(bytes, 'base64'));
  }

  /** The picture, where there was one; undefined for one that is kept in a bucket, could not be made, or never ends. */
  finish(): readonly (OpenedMedia | undefined)[] {
    if (!this.#seen) return [];
    const image = Buffer.concat(this.#pieces).toString('base64');
    const mime = `image/${this.#kind ?? 'png'}`;
    this.#seen = false;
    this.#kind = undefined;
    this.#pieces = [];
    this.#bytes = 0;
    return [image === '' ? undefined : { kind: 'media', mime, data: image }];
  }
}
