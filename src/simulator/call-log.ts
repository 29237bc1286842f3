import type { IncomingHttpHeaders } from 'node:http';

/** How a call's socket ended: in order, by the caller's hand, by a fault that was asked for, or not yet. */
export type CallEnding = 'open' | 'ended' | 'aborted-by-caller' | 'broken-by-fault';

/** One request the simulator received. It grows until the answer has ended. */
export interface SimulatorCall {
  /** 1 for the first call of this simulator. */
  readonly number: number;
  /** Wall clock, milliseconds. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** As asked for, without the fault behind it. */
  readonly model: string;
  /** The credential the caller sent. */
  readonly key: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** The first 64 KiB of the body. */
  readonly body: string;
  readonly bodyBytes: number;
  /** The port the caller came from: equal ports are one connection. */
  readonly remotePort: number;
  /** The fault text that acted on this call. */
  fault: string | undefined;
  /** Undefined until a status line was written. */
  status: number | undefined;
  /** Events of a stream, or pieces of a body, written so far. */
  written: number;
  end: CallEnding;
  /** Wall clock, milliseconds. */
  endedAt: number | undefined;
}

/** The last calls, oldest first. */
export class CallLog {
  readonly #calls: SimulatorCall[] = [];
  readonly #keep: number;
  #received = 0;

  constructor(keep: number) {
    this.#keep = keep;
  }

  get calls(): readonly SimulatorCall[] {
    return this.#calls;
  }

  /** Calls ever received, kept or not. */
  get received(): number {
    return this.#received;
  }

  add(
    call: Omit<SimulatorCall, 'number' | 'fault' | 'status' | 'written' | 'end' | 'endedAt'>,
  ): SimulatorCall {
    const entry: SimulatorCall = {
      number: ++this.#received,
      ...call,
      fault: undefined,
      status: undefined,
      written: 0,
      end: 'open',
      endedAt: undefined,
    };
    if (this.#keep > 0) this.#calls.push(entry);
    if (this.#calls.length > this.#keep) this.#calls.shift();
    return entry;
  }

  clear(): void {
    this.#calls.length = 0;
  }
}
