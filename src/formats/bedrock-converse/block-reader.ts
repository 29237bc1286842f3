import type { AnswerEvent } from '../../core/answer.ts';
import type { Citation, LossCode, OpaqueState } from '../../core/conversation.ts';
import type { TranslationTarget } from '../../core/format.ts';
import type { JsonView } from '../../lib/json-view.ts';
import type { OpenedMedia } from '../hub/answer-media.ts';
import { lost } from '../hub/lost.ts';
import { PartFlow } from '../hub/part-flow.ts';
import { originalToolName } from '../hub/tool-names.ts';
import { PictureReader } from './picture-reader.ts';

/**
 * Blocks of an answer that no part of one can hold
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html).
 */
const UNREAD: readonly (readonly [name: string, loss: LossCode])[] = [
  ['toolResult', 'server-steps'],
  ['audio', 'answer-media'],
  ['document', 'answer-media'],
  ['video', 'answer-media'],
];

/** Reads the blocks of one answer, whole or in pieces, one after the other. */
export class BlockReader {
  readonly #target: TranslationTarget;
  readonly #parts = new PartFlow();
  readonly #picture = new PictureReader();
  /** A thought that nobody may read, in pieces. */
  #sealed: Buffer[] = [];
  /** The place of the block that is being read. */
  #at = -1;
  /** The block is a tool of the provider's own. */
  #foreign = false;

  constructor(target: TranslationTarget) {
    this.#target = target;
  }

  get said(): boolean {
    return this.#parts.said;
  }

  /** A picture is not whole yet. */
  get isDrawing(): boolean {
    return this.#picture.seen;
  }

  get called(): boolean {
    return this.#parts.called;
  }

  /** A block that is there as a whole. */
  block(block: JsonView): AnswerEvent[] {
    const call = block.get('toolUse');
    const thought = block.get('reasoningContent');
    const cited = block.get('citationsContent');
    const picture = block.get('image');
    const begun = call ? this.#call(call) : [];
    if (picture) this.#picture.push(picture);
    const input = call?.get('input');
    return [
      ...begun,
      ...(call && !this.#foreign ? this.#parts.more(input?.asString() ?? input?.text ?? '{}') : []),
      ...(thought ? this.#thought(thought.get('reasoningText') ?? thought) : []),
      ...this.#parts.text('text', block.string('text') ?? ''),
      ...(cited ? this.#cited(cited) : []),
      ...lost(UNREAD.flatMap(([name, loss]) => (block.get(name) ? [loss] : []))),
      ...this.close(),
    ];
  }

  /** A block begins; only calls say so. */
  start(event: JsonView): AnswerEvent[] {
    const before = this.#turnTo(event);
    const start = event.get('start');
    const call = start?.get('toolUse');
    const picture = start?.get('image');
    this.#foreign = start?.get('toolResult') !== undefined;
    if (picture) this.#picture.push(picture);
    if (this.#foreign) return [...before, ...lost(['server-steps'])];
    return call ? [...before, ...this.#call(call)] : before;
  }

  /** More of a block. */
  delta(event: JsonView): AnswerEvent[] {
    const before = this.#turnTo(event);
    const delta = event.get('delta');
    if (!delta || this.#foreign) return before;
    const thought = delta.get('reasoningContent');
    const citation = delta.get('citation');
    const picture = delta.get('image');
    if (picture) this.#picture.push(picture);
    return [
      ...before,
      ...this.#parts.text('text', delta.string('text') ?? ''),
      ...(thought ? this.#thought(thought) : []),
      ...this.#parts.more(delta.get('toolUse')?.string('input') ?? ''),
      ...(citation ? this.#cite(citation) : []),
    ];
  }

  /** The block is whole. */
  close(): AnswerEvent[] {
    const events =
      this.#sealed.length > 0 ? this.#own('encrypted', Buffer.concat(this.#sealed).toString('base64')) : [];
    this.#sealed = [];
    this.#foreign = false;
    this.#at = -1;
    return [...events, ...this.#parts.close(), ...this.#picture.finish().flatMap((one) => this.#draw(one))];
  }

  #turnTo(event: JsonView): AnswerEvent[] {
    const at = event.number('contentBlockIndex') ?? 0;
    const before = at !== this.#at && this.#at !== -1 ? this.close() : [];
    this.#at = at;
    return before;
  }

  /** `server_tool_use` is a tool that Bedrock runs itself. */
  #call(call: JsonView): AnswerEvent[] {
    const type = call.string('type');
    const name = call.string('name');
    this.#foreign = type !== undefined && type !== 'tool_use';
    if (this.#foreign) return lost(['server-steps']);
    if (name === undefined) return [{ is: 'malformed' }];
    return this.#parts.openCall(call.string('toolUseId') ?? '', originalToolName(name));
  }

  #thought(thought: JsonView): AnswerEvent[] {
    const signature = thought.string('signature') ?? '';
    const sealed = thought.string('redactedContent') ?? '';
    if (sealed !== '') this.#sealed.push(Buffer.from(sealed, 'base64'));
    return [
      ...this.#parts.text('reasoning', thought.string('text') ?? ''),
      ...(signature === '' ? [] : this.#own('signature', signature)),
    ];
  }

  #own(kind: OpaqueState['kind'], data: string): AnswerEvent[] {
    const { provider, model } = this.#target;
    return this.#parts.opaque('reasoning', { format: 'bedrock-converse', provider, model, kind, data });
  }

  #draw(picture: OpenedMedia | undefined): AnswerEvent[] {
    return picture ? this.#parts.media(picture) : lost(['answer-media']);
  }

  /** Text with its sources. */
  #cited(cited: JsonView): AnswerEvent[] {
    return [
      ...cited.list('content').flatMap((piece) => this.#parts.text('text', piece.string('text') ?? '')),
      ...cited.list('citations').flatMap((citation) => this.#cite(citation)),
    ];
  }

  /** Only places on the web have an address; those in the caller's own files have none. */
  #cite(found: JsonView): AnswerEvent[] {
    const url = found.get('location')?.get('web')?.string('url');
    const title = found.string('title');
    if (url === undefined) return lost(['citations']);
    const citation: Citation = { url, ...(title !== undefined && { title }) };
    return this.#parts.citation(citation);
  }
}
