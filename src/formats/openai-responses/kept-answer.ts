import type { AnswerEcho, AnswerKeeper } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import { portable } from './kept-items.ts';
import { joined, ownItems } from './resume.ts';

/** Hands on what gw makes for callers who count on a provider that stores it: the next turn may name it by its id. */
export class KeptAnswer {
  readonly #keeper: AnswerKeeper | undefined;
  /** The conversation so far. */
  readonly #said: string[] = [];

  constructor({ keeper }: AnswerEcho, request: JsonView | undefined) {
    // Who does not want it stored sends everything in full.
    this.#keeper = request?.flag('store') === false ? undefined : keeper;
    if (this.#keeper) this.#said.push(ownItems(request?.get('input')));
  }

  item(id: string, written: JsonOut): void {
    if (!this.#keeper || written === undefined) return;
    const text = writeJson(written);
    this.#keeper.item(id, text);
    const item = viewJson(text);
    this.#said.push((item && portable(item)) ?? '');
  }

  end(id: string): void {
    this.#keeper?.answer(id, joined(this.#said));
  }
}
