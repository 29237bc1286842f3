import { fault } from '../../core/fault.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/expect.ts';
import type { AttemptResult } from '../attempt-order.ts';
import type { Exchange } from '../exchange.ts';
import { Lane } from './lane.ts';

type Failed = Extract<AttemptResult, { is: 'failed' }>;

/** What a race asks of whoever holds it. `T` is a call about to be made. */
export interface RaceRules<T> {
  /** Milliseconds after which the first one is late. */
  readonly afterMs: number;
  call(turn: T, lane: Lane): Promise<AttemptResult>;
  /** Who is asked beside it, now that it is late; undefined for nobody. */
  second(first: T): T | undefined;
  /** The first one failed while the second runs: whether that may go on. */
  firstFailed(first: T, result: Failed): boolean;
  /** The second one failed while the first runs. */
  secondFailed(second: T, result: Failed): void;
}

/** Whose answer it was, or whose failure is to be followed up. */
export interface RaceResult<T> {
  readonly turn: T;
  readonly result: AttemptResult;
}

/** What of an exchange a race needs. */
type Racecourse = Pick<Exchange, 'over' | 'race' | 'trail'>;

/** A second call that is under way beside the first. */
interface Beside<T> {
  readonly turn: T;
  readonly lane: Lane;
  /** Never rejects. */
  readonly ended: Promise<AttemptResult>;
  result: AttemptResult | undefined;
}

/**
 * Calls one target, and where that is late with its first content another one beside it. Whoever has content first
 * serves the caller, and the other is ended; there is never a third.
 */
export class Race<T> {
  readonly #exchange: Racecourse;
  readonly #clock: Clock;
  readonly #rules: RaceRules<T>;
  readonly #first = new Lane(this, false);
  #second: Beside<T> | undefined;
  /** The first one is over, or somebody has won. */
  #isDecided = false;

  constructor(exchange: Racecourse, clock: Clock, rules: RaceRules<T>) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#rules = rules;
  }

  async run(first: T): Promise<RaceResult<T>> {
    this.#exchange.race = this;
    const cancelTimer = this.#clock.after(this.#rules.afterMs, () => this.#late(first));
    try {
      return await this.#follow(first, await this.#rules.call(first, this.#first));
    } finally {
      cancelTimer();
      this.#exchange.race = undefined;
      // Nothing may run on when the race is over, whatever ended it.
      this.#second?.lane.lose();
    }
  }

  /** The caller hung up, or gw gives the exchange up. */
  interrupt(): void {
    this.#first.interrupt();
    this.#second?.lane.interrupt();
  }

  won(lane: Lane): void {
    this.#isDecided = true;
    const second = this.#second;
    if (!second) return;
    const loser = lane === this.#first ? second.lane : this.#first;
    loser.lose();
    this.#putLast(lane);
  }

  #late(first: T): void {
    const { record } = this.#first;
    // What waits for room was not asked yet, and nobody asks beside what is over.
    if (this.#isDecided || this.#exchange.over || record === undefined) return;
    // A defect of ours here must neither cost the caller the first one's answer nor end the process: this is a timer.
    this.#begin(first).catch((error: unknown) => {
      record.notHedged = `a defect of gw: ${errorMessage(error)}`;
    });
  }

  /** An async function for its failures alone: up to the second call nothing is waited for. */
  async #begin(first: T): Promise<void> {
    const turn = this.#rules.second(first);
    if (turn === undefined) return;
    const lane = new Lane(this, true);
    const called = this.#rules.call(turn, lane);
    const beside: Beside<T> = {
      turn,
      lane,
      ended: called.catch(broken).then((result) => this.#secondEnded(beside, result)),
      result: undefined,
    };
    this.#second = beside;
    await beside.ended;
  }

  #secondEnded(second: Beside<T>, result: AttemptResult): AttemptResult {
    second.result = result;
    if (result.is === 'failed' && !this.#isDecided) this.#rules.secondFailed(second.turn, result);
    return result;
  }

  /** The first one is over: what becomes of the second. */
  async #follow(first: T, result: AttemptResult): Promise<RaceResult<T>> {
    const wasDecided = this.#isDecided;
    this.#isDecided = true;
    const second = this.#second;
    if (!second) return { turn: first, result };
    const isRunning = second.result === undefined && !wasDecided && !this.#exchange.over;
    const goesOn = result.is === 'failed' && isRunning && this.#rules.firstFailed(first, result);
    if (goesOn || result.is === 'outrun') return { turn: second.turn, result: await second.ended };
    second.lane.lose();
    this.#putLast(this.#first);
    return { turn: first, result };
  }

  /** Everybody takes the last attempt of a trail for the one whose answer the caller got. */
  #putLast({ record }: Lane): void {
    const { attempts } = this.#exchange.trail;
    const at = record === undefined ? -1 : attempts.indexOf(record);
    if (record === undefined || at === -1 || at === attempts.length - 1) return;
    attempts.splice(at, 1);
    attempts.push(record);
  }
}

/** A defect of ours in the second call must not cost the caller the first one's answer. */
function broken(): AttemptResult {
  return { is: 'failed', fault: fault('internal'), lost: false };
}
