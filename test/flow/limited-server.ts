import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider that counts the requests of each key, tells what is left, and refuses what is too much. */
export interface LimitedServer {
  readonly url: string;
  /** Requests that were served, by key. */
  readonly served: ReadonlyMap<string, number>;
  /** Requests that were over the limit. */
  readonly refused: number;
}

const running: Server[] = [];

/** Starts one that serves `limit` requests of each key in every period, which begins with the first one. */
export async function limitedServer(
  limit: number,
  periodMs: number,
  options: { readonly now?: () => number; readonly answerMs?: (key: string) => number } = {},
): Promise<LimitedServer> {
  const { now = Date.now, answerMs = () => 0 } = options;
  const served = new Map<string, number>();
  const periods = new Map<string, { used: number; until: number }>();
  let refused = 0;
  const server = createServer((request, response) => {
    const key = (request.headers.authorization ?? '').replace('Bearer ', '');
    const at = now();
    let period = periods.get(key);
    if (!period || period.until <= at) {
      period = { used: 0, until: at + periodMs };
      periods.set(key, period);
    }
    const isOver = period.used >= limit;
    if (isOver) refused++;
    else {
      period.used++;
      served.set(key, (served.get(key) ?? 0) + 1);
    }
    const head = {
      'content-type': 'application/json',
      'x-ratelimit-limit-requests': String(limit),
      'x-ratelimit-remaining-requests': String(limit - period.used),
      'x-ratelimit-reset-requests': `${(period.until - at) / 1000}s`,
      ...(isOver && { 'retry-after-ms': String(period.until - at) }),
    };
    request.resume().on('end', () => {
      setTimeout(() => {
        response.writeHead(isOver ? 429 : 200, head);
        response.end(isOver ? REFUSAL : ANSWER);
      }, answerMs(key));
    });
  });
  running.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    served,
    get refused() {
      return refused;
    },
  };
}

/** For `afterEach`, after the proxies were closed. */
export async function closeLimitedServers(): Promise<void> {
  await Promise.all(
    running.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    }),
  );
}

const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
});
const REFUSAL = JSON.stringify({ error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } });
