// The load generator: one JSON command per line on stdin, one JSON answer per line on stdout. It says `warm` when its
// connections are open and the program under test has compiled its hot code, and starts counting on `go`.
import { createInterface } from 'node:readline';

import type { CallerFormatName } from '../src/core/operation.ts';
import { callerRequest } from './caller-requests.ts';
import { Connection } from './connection.ts';
import type { LoadAnswer, LoadCommand } from './load-protocol.ts';
import { sharedMicroseconds } from './wire.ts';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

for (let command = await read(); command; command = await read()) {
  try {
    await run(command);
  } catch (error) {
    say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

async function run(command: LoadCommand): Promise<void> {
  switch (command.type) {
    case 'requests':
      return runRequests(command);
    case 'streams':
      return runStreams(command);
    case 'hold':
      return holdStreams(command);
  }
}

async function read(): Promise<LoadCommand | undefined> {
  const { value, done } = await lines.next();
  return done ? undefined : (JSON.parse(value) as LoadCommand);
}

/** Waits for the next line, whatever it says. */
async function go(): Promise<void> {
  await lines.next();
}

function say(answer: LoadAnswer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function runRequests(command: LoadCommand & { type: 'requests' }): Promise<void> {
  const connections = Array.from({ length: command.concurrency }, () => new Connection(command.port));
  const request = prepareRequest(command.model, false);
  const phase = async (count: number): Promise<Float64Array> => {
    const took = new Float64Array(count);
    let begun = 0;
    const work = async (connection: Connection): Promise<void> => {
      while (begun < count) {
        const index = begun++;
        const from = performance.now();
        await connection.exchange(request);
        took[index] = performance.now() - from;
      }
    };
    await Promise.all(connections.map(work));
    return took.sort();
  };
  try {
    await phase(command.warmup);
    say({ type: 'warm' });
    await go();
    const from = performance.now();
    const took = await phase(command.count);
    const seconds = (performance.now() - from) / 1000;
    say({ type: 'requests', seconds, p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99) });
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function runStreams(command: LoadCommand & { type: 'streams' }): Promise<void> {
  const connections = Array.from({ length: command.streams }, () => new Connection(command.port));
  const request = prepareRequest(`events-${command.events}-${command.paceMs}`, true, command.caller);
  const plain = prepareRequest('json', false);
  const delays: number[] = [];
  try {
    await Promise.all(connections.map((connection) => connection.exchange(plain)));
    say({ type: 'warm' });
    await go();
    await Promise.all(
      connections.map(async (connection, index) => {
        // Spread over the pace, so that events do not arrive in one burst.
        await pause((index * command.paceMs) / command.streams);
        await connection.exchange(request, timestampReader(delays));
      }),
    );
    const sorted = Float64Array.from(delays).sort();
    say({
      type: 'streams',
      events: delays.length,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      maxMs: quantile(sorted, 1),
    });
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Opens streams, says `warm` when each has delivered content, and drops them all on `go`. */
async function holdStreams(command: LoadCommand & { type: 'hold' }): Promise<void> {
  const request = prepareRequest(`events-${command.events}-${command.paceMs}`, true);
  const connections: Connection[] = [];
  try {
    const opened = Array.from({ length: command.streams }, async (_, index) => {
      // A listen queue is short: a thousand connections at once would measure lost SYNs.
      await pause(Math.floor(index / 20) * 5);
      const connection = new Connection(command.port);
      connections.push(connection);
      await new Promise<void>((resolve, reject) => {
        connection.exchange(request, (bytes) => bytes.includes(64) && resolve()).catch(reject);
      });
    });
    await Promise.all(opened);
    say({ type: 'warm' });
    await go();
    say({ type: 'held' });
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Notes how long ago each `@microseconds@` in the bytes was written. */
function timestampReader(delays: number[]): (bytes: Buffer) => void {
  let rest = '';
  return (bytes) => {
    const now = sharedMicroseconds();
    const parts = (rest + bytes.toString('latin1')).split('@');
    // Odd parts lie between two marks; an even count means that the last one is still incomplete.
    const complete = parts.length % 2 === 1 ? parts.length : parts.length - 2;
    for (let index = 1; index < complete; index += 2) delays.push((now - Number(parts[index])) / 1000);
    rest = parts.length % 2 === 1 ? '' : `@${parts.at(-1)}`;
  };
}

function prepareRequest(model: string, stream: boolean, caller: CallerFormatName = 'openai-chat'): Buffer {
  const { path, body } = callerRequest(caller, model, stream);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer sk-bench\r\n` +
      'accept: application/json\r\nuser-agent: gw-bench\r\ncontent-type: application/json\r\n' +
      `content-length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}

function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
