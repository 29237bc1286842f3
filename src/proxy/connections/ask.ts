import { Client } from 'undici';

import type { HttpProxyRule } from '../../lib/http-proxy.ts';
import { makeConnector } from './connector.ts';

/** Servers that give tokens answer within a second; a caller waits meanwhile. */
const CONNECT_MS = 5000;
const ANSWER_MS = 10_000;
/** A token is a few kilobytes. */
const LONGEST_ANSWER = 1024 * 1024;

/** One question to a server that is no provider. */
interface Question {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks once, the way out that the rule says, on a connection of its own. Rejects when no answer comes in time. */
export async function askOnce(
  { method, url, headers, body }: Question,
  httpProxyFor: HttpProxyRule,
): Promise<{ readonly status: number; readonly body: string }> {
  const address = new URL(url);
  // What speaks plain http here is this machine's own agent, which no proxy reaches.
  const proxy = address.protocol === 'https:' ? httpProxyFor(address) : undefined;
  const client = new Client(address.origin, {
    connect: makeConnector(CONNECT_MS, proxy),
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
    maxResponseSize: LONGEST_ANSWER,
    allowH2: false,
  });
  try {
    const answer = await client.request({
      method,
      path: address.pathname + address.search,
      headers: { ...headers, 'accept-encoding': 'identity' },
      body: body ?? null,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: answer.statusCode, body: await answer.body.text() };
  } finally {
    await client.destroy();
  }
}
