// The yardstick most people would write: node:http in, undici.request out, bodies piped both ways, nothing else.
// node request-proxy.ts <upstream origin>
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

import { Agent, request } from 'undici';

import { announce } from './announce.ts';

const upstream = process.argv[2] ?? '';
const dispatcher = new Agent({ keepAliveTimeout: 60_000 });

const HOP_BY_HOP = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding']);

const server = createServer((incoming, outgoing) => {
  forward(incoming, outgoing).catch(() => outgoing.writeHead(502).end());
});
announce(server);

async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const answer = await request(upstream + incoming.url, {
    dispatcher,
    method: incoming.method ?? 'GET',
    headers: endToEnd(incoming.headers),
    body: incoming,
  });
  outgoing.writeHead(answer.statusCode, endToEnd(answer.headers));
  pipeline(answer.body, outgoing, () => {});
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept: IncomingHttpHeaders = {};
  for (const name in headers) if (!HOP_BY_HOP.has(name)) kept[name] = headers[name];
  return kept;
}
