import { createServer, type Socket } from 'node:net';

import type { Delta, Snapshot } from '../../src/control/index.ts';
import { stringField, numberField } from '../../src/lib/expect.ts';
import { LineSplitter } from '../../src/lib/lines.ts';

/** A daemon of which only the control socket exists: it tells viewers what the test wants them to hear. */
export interface FakeDaemon {
  tell(delta: Delta): void;
  /** Viewers that are subscribed right now. */
  viewers(): number;
  /** Hangs up on everybody, as a daemon does that dies. */
  close(): Promise<void>;
}

/** Listens on `path` and welcomes each viewer with the snapshot of that moment. */
export function startFakeDaemon(path: string, snapshot: () => Snapshot): Promise<FakeDaemon> {
  const sockets = new Set<Socket>();
  const viewers = new Set<Socket>();
  const server = createServer((socket) => {
    const lines = new LineSplitter();
    sockets.add(socket);
    const forget = (): void => {
      sockets.delete(socket);
      viewers.delete(socket);
    };
    socket.on('error', forget).on('close', forget);
    socket.on('data', (chunk) => {
      for (const line of lines.push(chunk)) answer(socket, JSON.parse(line));
    });
  });
  const answer = (socket: Socket, request: unknown): void => {
    send(socket, { id: numberField(request, 'id'), result: {} });
    if (stringField(request, 'method') !== 'subscribe') return;
    viewers.add(socket);
    send(socket, { event: 'snapshot', data: snapshot() });
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () =>
      resolve({
        tell: (delta) => viewers.forEach((socket) => send(socket, { event: 'delta', data: delta })),
        viewers: () => viewers.size,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      }),
    );
  });
}

function send(socket: Socket, message: unknown): void {
  socket.write(`${JSON.stringify(message)}\n`);
}
