import type { Remembered, StoredAge } from '../core/ports.ts';
import { field, stringField } from '../lib/expect.ts';
import { FirstContentHistory, type KindSnapshot } from './first-content-history.ts';

/** Callers name models: what is remembered must not grow with the names they think of. */
const KEPT = 1000;

/** What a file keeps of what was learned. */
export interface FirstContentSnapshot {
  readonly provider: string;
  readonly model: string;
  readonly kinds: readonly KindSnapshot[];
}

/** What was learned of every model at every provider; its keys share it, as they lead to the same servers. */
export class FirstContentBook implements Remembered {
  readonly name = 'first-content';
  readonly #histories = new Map<string, FirstContentHistory>();
  /** Told of every reading. */
  listener: (() => void) | undefined;

  /** The history of a model; an empty one when it is new. */
  of(provider: string, model: string): FirstContentHistory {
    const name = `${provider}\n${model}`;
    const known = this.#histories.get(name);
    if (known) return known;
    const history = new FirstContentHistory(() => this.listener?.());
    this.#histories.set(name, history);
    const [oldest] = this.#histories.keys();
    if (this.#histories.size > KEPT && oldest !== undefined) this.#histories.delete(oldest);
    return history;
  }

  /** Plain data for a file: everything that has a reading. */
  snapshot(): FirstContentSnapshot[] {
    return [...this.#histories].flatMap(([name, history]) => {
      const kinds = history.snapshot();
      const end = name.indexOf('\n');
      return kinds.length === 0 ? [] : [{ provider: name.slice(0, end), model: name.slice(end + 1), kinds }];
    });
  }

  /** Takes back what `snapshot` gave, from a file that anybody may have edited: what is not of that shape is left out. */
  restore(saved: unknown, { now }: StoredAge): void {
    if (!Array.isArray(saved)) return;
    for (const entry of saved.slice(-KEPT)) {
      const provider = stringField(entry, 'provider');
      const model = stringField(entry, 'model');
      if (provider === undefined || model === undefined) continue;
      this.of(provider, model).restore(field(entry, 'kinds'), now);
    }
  }
}
