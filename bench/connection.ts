import { connect, type Socket } from 'node:net';

import { MessageReader } from './wire.ts';

/** One keep-alive connection, one exchange at a time. */
export class Connection {
  readonly #socket: Socket;
  #status = 0;
  #onBody: (bytes: Buffer) => void = () => {};
  #settle: { done: () => void; broken: (error: Error) => void } | undefined;

  constructor(port: number) {
    const reader = new MessageReader('response', {
      head: (head) => (this.#status = Number(head.slice(9, 12))),
      body: (bytes) => this.#onBody(bytes),
      end: () => this.#end(),
    });
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (bytes) => reader.push(bytes));
    this.#socket.on('error', (error) => this.#settle?.broken(error));
    this.#socket.on('close', () => this.#settle?.broken(new Error('the connection was closed')));
  }

  /** Sends prepared bytes; settles when the answer is complete. */
  exchange(request: Buffer, onBody: (bytes: Buffer) => void = () => {}): Promise<void> {
    this.#onBody = onBody;
    return new Promise((resolve, reject) => {
      this.#settle = { done: resolve, broken: reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #end(): void {
    const settle = this.#settle;
    this.#settle = undefined;
    if (this.#status === 200) settle?.done();
    else settle?.broken(new Error(`the answer has status ${this.#status}`));
  }
}
