import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';

// Listens and never accepts: its thread sleeps, so what the kernel queues for it is never taken out again.
const LISTENER = `
  const { createServer } = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;
/** More than any kernel queues behind a backlog of one; the rest are the first that get no answer. */
const FILLING = 8;

/** An address that answers no knock: neither accepted nor refused, as a dead host or a dropping firewall. */
export interface BlackHole {
  readonly url: string;
  close(): Promise<void>;
}

/** Digs one by filling the queue of a listener that never looks into it. */
export async function digBlackHole(): Promise<BlackHole> {
  const worker = new Worker(LISTENER, { eval: true });
  const [port]: unknown[] = await once(worker, 'message');
  const fillers = Array.from({ length: FILLING }, () => {
    return connect(Number(port), '127.0.0.1').on('error', () => undefined);
  });
  const [first] = fillers;
  if (first) await once(first, 'connect');
  return {
    url: `http://127.0.0.1:${String(port)}/v1`,
    async close() {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}
