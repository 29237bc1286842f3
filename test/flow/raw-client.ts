import { connect, type Socket } from 'node:net';

/** A request to send over a bare socket. */
export interface Request {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What came back, and how it ended. */
export interface Answer {
  readonly status: number;
  /** Lower-case names; of a name given twice, both values joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without its framing; what arrived of it when it broke. */
  readonly bytes: Buffer;
  readonly text: string;
  /** The body arrived whole by HTTP's own rules: declared length, or the closing chunk. */
  readonly whole: boolean;
  /** The data of the events, when it is a stream. */
  readonly events: readonly string[];
  /** The texts of the tokens joined, or the message's own. */
  readonly content: string;
  /** The answer parsed, or undefined. */
  readonly json: unknown;
  readonly raw: Buffer;
}

/** One request over a bare socket of its own, so that a test sees exactly what was sent and how it ended. */
export class RawCall {
  readonly socket: Socket;
  readonly #pieces: Buffer[] = [];
  #ended = false;
  #wakers: (() => void)[] = [];

  constructor(port: number, request: Request | Buffer | string) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay();
    this.socket.on('data', (piece) => {
      this.#pieces.push(piece);
      this.#wake();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    this.socket.on('end', end).on('close', end).on('error', end);
    this.socket.write(typeof request === 'string' || Buffer.isBuffer(request) ? request : serialise(request));
  }

  get received(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** The other side closed or broke the connection. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Waits until enough came, or nothing more will. */
  async until(enough: (received: Buffer) => boolean): Promise<Buffer> {
    while (!this.#ended && !enough(this.received)) {
      await new Promise<void>((resolve) => void this.#wakers.push(resolve));
    }
    return this.received;
  }

  untilText(text: string): Promise<Buffer> {
    return this.until((received) => received.includes(text));
  }

  /** Everything, up to the end of the connection. */
  async answer(): Promise<Answer> {
    const raw = await this.until(() => false);
    this.socket.destroy();
    return readAnswer(raw);
  }

  hangUp(): void {
    this.socket.destroy();
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}

/** The bytes of a request; it asks for the connection to be closed, so that the end of the answer is the end. */
export function serialise(request: Request): Buffer {
  const { method = 'POST', path, body = '' } = request;
  const bytes = Buffer.from(body);
  const headers: Record<string, string> = { host: '127.0.0.1', connection: 'close' };
  if (method !== 'GET' && method !== 'HEAD') {
    headers['content-type'] = 'application/json';
    headers['content-length'] = String(bytes.length);
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name] = value;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

/** Takes one answer apart. */
export function readAnswer(raw: Buffer): Answer {
  const blank = raw.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = raw.toString('latin1', 0, blank === -1 ? 0 : blank).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const rest = raw.subarray(blank === -1 ? raw.length : blank + 4);
  const { bytes, whole } = unframe(rest, headers);
  const text = bytes.toString();
  const events = [...text.matchAll(/^data: ?(.*)$/gm)].map(([, data = '']) => data);
  const json = parse(text);
  const content =
    json === undefined ? events.map((event) => contentOf(parse(event))).join('') : contentOf(json);
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers,
    bytes,
    text,
    whole,
    events,
    content,
    json,
    raw,
  };
}

function unframe(rest: Buffer, headers: Readonly<Record<string, string>>): { bytes: Buffer; whole: boolean } {
  const length = headers['content-length'];
  if (length !== undefined) return { bytes: rest, whole: rest.length === Number(length) };
  if (!(headers['transfer-encoding'] ?? '').includes('chunked'))
    return { bytes: rest, whole: rest.length === 0 };
  const pieces: Buffer[] = [];
  for (let at = 0; at < rest.length;) {
    const line = rest.indexOf('\r\n', at);
    if (line === -1) break;
    const size = Number.parseInt(rest.toString('latin1', at, line), 16);
    if (size === 0) return { bytes: Buffer.concat(pieces), whole: true };
    pieces.push(rest.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return { bytes: Buffer.concat(pieces), whole: false };
}

function contentOf(value: unknown): string {
  const choice = get(get(value, 'choices'), '0');
  const said = get(get(choice, 'delta') ?? get(choice, 'message'), 'content');
  return typeof said === 'string' ? said : '';
}

/** A field of anything, by a dotted path: `error.gw.tried`. */
export function get(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
