import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { Clock } from '../lib/clock.ts';
import type { SimulatorCall } from './call-log.ts';
import { asChunk, LAST_CHUNK, serialiseHead } from './head.ts';
import type { Beat, Script } from './script.ts';

// What was written must reach the caller's kernel before a reset, which throws away what is still on its way.
const BEFORE_RESET_MS = 5;
// Timers are no finer than this; a shorter wait is made up for by the next one.
const SHORTEST_WAIT_MS = 0.5;

/** A script with its bytes framed for the wire, ready to be performed any number of times. */
export interface Performance {
  readonly script: Script;
  readonly beats: readonly FramedBeat[];
}

/** `end` carries the last bytes, `bytes` count the events in them. */
type FramedBeat =
  | Exclude<Beat, { is: 'bytes' } | { is: 'end' }>
  | { readonly is: 'bytes'; readonly bytes: Buffer; readonly events: number }
  | { readonly is: 'end'; readonly bytes: Buffer | undefined; readonly events: number };

/** Frames the body and joins what is written together, so that performing costs one write per wait. */
export function prepare(script: Script): Performance {
  const chunked = script.framing === 'chunked';
  const beats: FramedBeat[] = [];
  let pending: Buffer[] = [];
  let events = 0;
  const flush = (): Buffer | undefined => {
    const bytes = pending.length > 1 ? Buffer.concat(pending) : pending[0];
    pending = [];
    return bytes;
  };
  for (const beat of script.beats) {
    if (beat.is === 'bytes') {
      if (beat.bytes.length > 0) pending.push(chunked ? asChunk(beat.bytes) : beat.bytes);
      events++;
      continue;
    }
    if (beat.is === 'end' && chunked) pending.push(LAST_CHUNK);
    const bytes = flush();
    if (beat.is === 'end') beats.push({ is: 'end', bytes, events });
    else {
      if (bytes) beats.push({ is: 'bytes', bytes, events });
      beats.push(
        beat.is === 'endless' && chunked && !beat.raw ? { ...beat, bytes: asChunk(beat.bytes) } : beat,
      );
    }
    events = 0;
  }
  return { script, beats };
}

/** What a performance needs around it. */
export interface Stage {
  readonly clock: Clock;
  readonly call: SimulatorCall;
  /** Headers of every answer: request id, rate limits. */
  readonly headers: Readonly<Record<string, string>>;
  /** True when no later request came in on this socket. */
  readonly idle: (socket: Socket) => boolean;
}

/** Performs a script on a response, beat by beat, as slowly as it says and as fast as the caller reads. */
export function perform(performance: Performance, response: ServerResponse, stage: Stage): void {
  new Player(performance, response, stage).run();
}

class Player {
  readonly #script: Script;
  readonly #beats: readonly FramedBeat[];
  readonly #response: ServerResponse;
  readonly #socket: Socket | null;
  readonly #stage: Stage;
  #next = 0;
  #due: number;
  #over = false;
  #cancelWait: (() => void) | undefined;

  constructor(performance: Performance, response: ServerResponse, stage: Stage) {
    this.#script = performance.script;
    this.#beats = performance.beats;
    this.#response = response;
    this.#socket = response.socket;
    this.#stage = stage;
    this.#due = stage.clock.monotonic();
    response.once('close', () => this.#closed());
  }

  run(): void {
    while (!this.#over) {
      const beat = this.#beats[this.#next++];
      if (!beat || !this.#play(beat)) return;
    }
  }

  /** Plays one beat; false when the next one has to wait for something. */
  #play(beat: FramedBeat): boolean {
    switch (beat.is) {
      case 'head':
        return this.#writeHead(beat.bytes);
      case 'bytes':
        this.#stage.call.written += beat.events;
        return this.#write(beat.bytes);
      case 'raw':
        this.#stage.call.status ??= this.#script.status;
        return this.#writeRaw(beat.bytes);
      case 'wait':
        return this.#wait(beat.ms);
      case 'endless':
        this.#next--;
        return beat.raw ? this.#writeRaw(beat.bytes) : this.#write(beat.bytes);
      case 'stall':
        break;
      case 'reset':
        return this.#break(() => this.#socket?.resetAndDestroy());
      case 'fin':
        return this.#break(() => this.#socket?.destroySoon());
      case 'end':
        return this.#end(beat.bytes, beat.events);
    }
    return false;
  }

  #writeHead(bytes: number | undefined): boolean {
    const script = this.#script;
    if (bytes === undefined) this.#stage.call.status = script.status;
    if (script.byHand) return this.#writeRaw(Buffer.from(serialiseHead(script)).subarray(0, bytes));
    const lines: string[] = [];
    for (const name in this.#stage.headers) {
      if (script.headers[name] === undefined) lines.push(name, this.#stage.headers[name] ?? '');
    }
    for (const name in script.headers) lines.push(name, script.headers[name] ?? '');
    if (script.framing === 'chunked') lines.push('transfer-encoding', 'chunked');
    this.#response.writeHead(script.status, lines);
    // Our bytes are framed already: one write per event instead of Node's three.
    this.#response.chunkedEncoding = false;
    // Headers that are followed at once by bytes leave with them.
    const following = this.#beats[this.#next]?.is;
    if (following !== 'bytes' && following !== 'end') this.#response.flushHeaders();
    return true;
  }

  #write(bytes: Buffer): boolean {
    if (this.#script.byHand) return this.#writeRaw(bytes);
    if (this.#response.write(bytes)) return true;
    this.#response.once('drain', () => this.run());
    return false;
  }

  #writeRaw(bytes: Buffer): boolean {
    if (this.#socket === null || this.#socket.write(bytes)) return true;
    this.#socket.once('drain', () => this.run());
    return false;
  }

  /** Waits are reckoned from the due time of the one before, so that a thousand of them do not add up their delays. */
  #wait(ms: number): boolean {
    const { clock } = this.#stage;
    if (ms === 0) {
      setImmediate(() => this.run());
      return false;
    }
    const now = clock.monotonic();
    // A caller that reads slowly does not get the missed time back in a burst of more than one wait.
    this.#due = Math.max(this.#due, now - ms) + ms;
    const left = this.#due - now;
    if (left < SHORTEST_WAIT_MS) return true;
    this.#cancelWait = clock.after(left, () => this.run());
    return false;
  }

  #break(action: () => void): false {
    this.#over = true;
    this.#settle('broken-by-fault');
    this.#cancelWait = this.#stage.clock.after(BEFORE_RESET_MS, action);
    return false;
  }

  #end(bytes: Buffer | undefined, events: number): false {
    this.#over = true;
    this.#stage.call.written += events;
    if (this.#script.byHand) {
      if (bytes) this.#socket?.write(bytes);
      this.#settle('ended');
      this.#socket?.destroySoon();
      return false;
    }
    this.#response.end(bytes);
    return false;
  }

  #closed(): void {
    this.#over = true;
    this.#cancelWait?.();
    if (this.#stage.call.end !== 'open') return;
    const { writableFinished } = this.#response;
    this.#settle(writableFinished ? 'ended' : 'aborted-by-caller');
    if (writableFinished) this.#closeWhenIdle();
  }

  #settle(end: SimulatorCall['end']): void {
    this.#stage.call.end = end;
    this.#stage.call.endedAt = this.#stage.clock.now();
  }

  #closeWhenIdle(): void {
    const { idleClose } = this.#script;
    const socket = this.#socket;
    if (!idleClose || !socket) return;
    this.#stage.clock.after(idleClose.ms, () => {
      if (!this.#stage.idle(socket)) return;
      if (idleClose.by === 'reset') socket.resetAndDestroy();
      else socket.destroySoon();
    });
  }
}
