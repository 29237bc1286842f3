import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A provider made of bare sockets, for what no HTTP server would send. */
export interface RawServer {
  readonly url: string;
  readonly port: number;
  /** What each connection sent so far, in the order they came. */
  readonly requests: readonly string[];
  /** Connections that are still open. */
  readonly sockets: ReadonlySet<Socket>;
}

const running: Server[] = [];

/** Starts one; `answer` is called once per request whose body has arrived. */
export async function rawServer(answer: (socket: Socket, request: string) => void): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const index = requests.push('') - 1;
    let pending = '';
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (piece) => {
      requests[index] += piece.toString('latin1');
      pending += piece.toString('latin1');
      const blank = pending.indexOf('\r\n\r\n');
      if (blank === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(pending)?.[1] ?? 0);
      if (pending.length < blank + 4 + length) return;
      const request = pending;
      pending = '';
      answer(socket, request);
    });
  });
  running.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, port, requests, sockets };
}

/** For `afterEach`, after the proxies were closed. */
export async function closeRawServers(): Promise<void> {
  await Promise.all(
    running.splice(0).map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))),
  );
}

/** A head for a body that comes by hand. */
export function head(type: string, more = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${more}\r\n`;
}

/** Writes a stream whose end is the end of the connection. */
export function sendStream(socket: Socket, body: string | Buffer): void {
  socket.write(head('text/event-stream', 'connection: close\r\n'));
  socket.end(body);
}

/** Writes a stream that never ends, as fast as it is taken; `sent` hears how many bytes more. */
export function sendWithoutEnd(
  socket: Socket,
  piece: string | Buffer,
  sent: (bytes: number) => void = () => undefined,
): void {
  socket.write(head('text/event-stream', 'connection: close\r\n'));
  const more = (): void => {
    do sent(piece.length);
    while (socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

export function sendJson(socket: Socket, body: string): void {
  socket.write(`${head('application/json', `content-length: ${Buffer.byteLength(body)}\r\n`)}${body}`);
}

/** Chunks as OpenAI sends them. */
export function chunk(delta: unknown, finish: string | null = null, index = 0): string {
  const choices = [{ index, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
}
