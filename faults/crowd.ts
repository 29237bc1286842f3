import { times } from './pause.ts';

/** Callers that ask again and again until they are sent home. */
export class Crowd {
  readonly #stop = new AbortController();
  readonly #callers: Promise<unknown>;

  /** `work` is one request of one caller, with the pauses it makes; `turn` counts its own. */
  constructor(count: number, work: (index: number, turn: number) => Promise<void>) {
    this.#callers = Promise.all(
      times(count, async (index) => {
        for (let turn = 0; !this.#stop.signal.aborted; turn++) await work(index, turn);
      }),
    );
    // Told by `leave`; until then nobody may be listening.
    this.#callers.catch(() => undefined);
  }

  /** Ends when each has finished what it was at. */
  async leave(): Promise<void> {
    this.#stop.abort();
    await this.#callers;
  }
}
