/** So many 64 KiB are read in 3 ms, which is what a request that just came then waits. */
const AT_ONCE = 8;

/**
 * Streams that have had their turn wait here until the others have had theirs: a few go on with each round of the event
 * loop, so that a hundred providers that send as fast as they can leave room for everybody else's requests.
 */
export class Turns {
  #waiting: (() => void)[] = [];
  #isDue = false;

  /** Calls `resume` when it is this stream's turn again: with the next round, when nobody else waits. */
  wait(resume: () => void): void {
    this.#waiting.push(resume);
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#next());
  }

  #next(): void {
    const served = this.#waiting.splice(0, AT_ONCE);
    this.#isDue = this.#waiting.length > 0;
    if (this.#isDue) setImmediate(() => this.#next());
    for (const resume of served) resume();
  }
}
