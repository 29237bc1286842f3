import { createConnection, type Socket } from 'node:net';

import { failed, ok, type Outcome } from '../core/outcome.ts';
import { errorCode, field, numberField, parseJson, stringField, trusted } from '../lib/expect.ts';
import { LineSplitter } from '../lib/lines.ts';
import { ControlError } from './error.ts';
import type { MethodName, Methods, ServerEvent } from './protocol.ts';

// A snapshot of 300 trails is well under 2 MB; anything near this bound is not a daemon of ours.
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 2_000;
const CALL_TIMEOUT_MS = 10_000;

/**
 * Why nobody could be spoken to. `absent`: there is no socket. `refused`: there is one, but nobody listens (a daemon
 * that was killed) or it is not ours to use. `timeout`: somebody holds it and does not pick up.
 */
export type ConnectFailure = 'absent' | 'refused' | 'timeout';

/** One connection to a daemon. */
export interface ControlClient {
  /** Asks, and waits for the answer; rejects with a `ControlError`. */
  call<M extends MethodName>(
    method: M,
    params: Methods[M]['params'],
    timeoutMs?: number,
  ): Promise<Methods[M]['result']>;
  /** Receives the snapshot and then the deltas, until the connection ends. */
  subscribe(onEvent: (event: ServerEvent) => void, onClose: (reason?: ControlError) => void): Promise<void>;
  close(): void;
}

/** Connects to the daemon behind a control socket. */
export function connectControl(
  path: string,
  { timeoutMs = CONNECT_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<Outcome<ControlClient, ConnectFailure>> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(failed('timeout'));
    }, timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      resolve(failed(connectFailure(error)));
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(ok(new SocketClient(socket)));
    });
  });
}

/** A full backlog (EAGAIN) means that somebody listens and is too busy; it must not be taken for nobody. */
function connectFailure(error: unknown): ConnectFailure {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
  return code === 'EAGAIN' || code === 'ETIMEDOUT' ? 'timeout' : 'refused';
}

interface Waiting {
  readonly answered: (result: unknown) => void;
  readonly failed: (error: ControlError) => void;
}

class SocketClient implements ControlClient {
  readonly #socket: Socket;
  readonly #lines = new LineSplitter(MAX_MESSAGE_BYTES);
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: ControlError | undefined;
  #onEvent: ((event: ServerEvent) => void) | undefined;
  #onClose: ((reason?: ControlError) => void) | undefined;
  #closedByUs = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#received(chunk));
    socket.on('error', (error) => this.#end(new ControlError('closed', error.message)));
    socket.on('close', () => this.#end(new ControlError('closed', 'the daemon closed the connection')));
  }

  call<M extends MethodName>(
    method: M,
    params: Methods[M]['params'],
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<Methods[M]['result']> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    const answer = new Promise<Methods[M]['result']>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new ControlError('timeout', `the daemon did not answer "${method}" in ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(id, {
        answered: (result) => {
          clearTimeout(timer);
          resolve(trusted<Methods[M]['result']>(result));
        },
        failed: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
    this.#socket.write(`${JSON.stringify({ id, method, params })}\n`);
    return answer;
  }

  async subscribe(
    onEvent: (event: ServerEvent) => void,
    onClose: (reason?: ControlError) => void,
  ): Promise<void> {
    // Set before asking: the snapshot follows the answer in the same packet.
    this.#onEvent = onEvent;
    this.#onClose = onClose;
    await this.call('subscribe', {});
  }

  close(): void {
    this.#closedByUs = true;
    this.#socket.destroy();
  }

  #received(chunk: Buffer): void {
    try {
      for (const line of this.#lines.push(chunk)) this.#dispatch(parseJson(line));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#end(new ControlError('oversized', error.message));
      this.#socket.destroy();
    }
  }

  #dispatch(message: unknown): void {
    if (stringField(message, 'event') !== undefined) {
      this.#onEvent?.(trusted<ServerEvent>(message));
      return;
    }
    const id = numberField(message, 'id');
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    const error = field(message, 'error');
    if (error === undefined) waiting.answered(field(message, 'result'));
    else {
      const text = stringField(error, 'message') ?? 'the daemon declined';
      waiting.failed(new ControlError('declined', text, stringField(error, 'fix')));
    }
  }

  #end(reason: ControlError): void {
    if (this.#ended) return;
    this.#ended = reason;
    for (const waiting of this.#waiting.values()) waiting.failed(reason);
    this.#waiting.clear();
    if (this.#closedByUs) this.#onClose?.();
    else this.#onClose?.(reason);
  }
}
