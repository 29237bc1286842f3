import { connect } from 'node:net';

/** What came back over a bare socket, and how it ended. */
export interface RawAnswer {
  readonly head: string;
  /** As on the wire: with chunk sizes when it is chunked. */
  readonly raw: Buffer;
  /** The body without its framing; undefined when the chunks are not closed. */
  readonly body: string | undefined;
  readonly ending: 'fin' | 'reset' | 'open';
}

/** Asks for a chat answer over a bare socket and collects what comes until the end, or until `enough` says so. */
export function askRaw(
  port: number,
  fault: string,
  more: { readonly stream?: boolean; readonly enough?: (received: Buffer) => boolean } = {},
): Promise<RawAnswer> {
  const body = JSON.stringify({
    model: 'm',
    stream: more.stream ?? true,
    messages: [{ role: 'user', content: 'Hello.' }],
  });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: simulator',
    'content-type: application/json',
    'connection: close',
    `x-sim-fault: ${fault}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const pieces: Buffer[] = [];
    const finish = (ending: RawAnswer['ending']): void => {
      resolve(readAnswer(Buffer.concat(pieces), ending));
      socket.destroy();
    };
    socket.on('data', (piece) => {
      pieces.push(piece);
      if (more.enough?.(Buffer.concat(pieces))) finish('open');
    });
    socket.on('end', () => finish('fin'));
    socket.on('error', () => finish('reset'));
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

function readAnswer(raw: Buffer, ending: RawAnswer['ending']): RawAnswer {
  const blank = raw.indexOf('\r\n\r\n');
  const head = blank === -1 ? raw.toString() : raw.toString('utf8', 0, blank);
  const body = blank === -1 ? Buffer.alloc(0) : raw.subarray(blank + 4);
  const chunked = /transfer-encoding: chunked/i.test(head);
  return { head, raw, body: chunked ? unchunk(body) : body.toString(), ending };
}

function unchunk(wire: Buffer): string | undefined {
  const { body, closed } = readChunks(wire);
  return closed ? body.toString() : undefined;
}

/** The bytes in the chunks so far, and whether the last one came. */
export function readChunks(wire: Buffer): { readonly body: Buffer; readonly closed: boolean } {
  const pieces: Buffer[] = [];
  for (let at = 0; at < wire.length;) {
    const line = wire.indexOf('\r\n', at);
    const size = line === -1 ? NaN : Number.parseInt(wire.toString('latin1', at, line), 16);
    if (size === 0) return { body: Buffer.concat(pieces), closed: true };
    if (!(line + 2 + size <= wire.length)) break;
    pieces.push(wire.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return { body: Buffer.concat(pieces), closed: false };
}

/** The contents of the tokens in SSE text, joined. */
export function contentOf(text: string): string {
  return [...text.matchAll(/"delta":\{"content":("(?:[^"\\]|\\.)*")\}/g)]
    .map((found) => String(JSON.parse(found[1] ?? '""')))
    .join('');
}

/** Waits until the condition holds; for things another socket makes true. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A clock that stands still until it is moved. */
export function manualClock() {
  let now = 1_000_000;
  const timers = new Set<{ due: number; action: () => void }>();
  return {
    now: () => now,
    monotonic: () => now,
    after(delayMs: number, action: () => void) {
      const timer = { due: now + delayMs, action };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    get waiting() {
      return timers.size;
    },
    /** Moves time on; what becomes due happens in order. */
    move(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = [...timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        timers.delete(next);
        now = Math.max(now, next.due);
        next.action();
      }
      now = end;
    },
  };
}
