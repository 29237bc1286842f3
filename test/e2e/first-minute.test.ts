import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { DaemonHome } from './daemon-home.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const KEY = 'sk-first-minute-0123456789';

let home: DaemonHome;
let provider: Simulator;
let servers: Server[] = [];
let folder: string;

/** A certificate for OpenAI's host that only the program under test is told to believe. */
function certificate(): { readonly key: string; readonly cert: string; readonly path: string } {
  const [key, path] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', path];
  const name = ['-subj', '/CN=api.openai.com', '-addext', 'subjectAltName=DNS:api.openai.com'];
  execFileSync('openssl', [...words, ...name], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(path, 'utf8'), path };
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The simulator behind TLS in OpenAI's name, and an HTTP proxy that leads there whatever host is asked for. */
async function pretendOpenAi(
  origin: string,
): Promise<{ readonly proxy: string; readonly authority: string }> {
  const { key, cert, path } = certificate();
  const secure = createHttpsServer({ key, cert }, (incoming, outgoing) => {
    const headers = { ...incoming.headers, host: new URL(origin).host };
    const onward = request(
      `${origin}${incoming.url ?? ''}`,
      { method: incoming.method ?? 'GET', headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const securePort = await listen(secure);
  const proxy = createHttpServer();
  proxy.on('connect', (_request, socket) => {
    const onward = connect(securePort, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => {});
  });
  return { proxy: `http://127.0.0.1:${await listen(proxy)}`, authority: path };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gw-first-'));
  home = new DaemonHome();
  provider = createSimulator({ keys: [KEY], firstTokenMs: 0, tokensPerSecond: 0 });
});
afterEach(async () => {
  await home.run(['stop', '--now']);
  await home.remove();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!hasOpenssl)('the first minute', () => {
  it('takes two commands from an empty home with a key in the environment to the first answer [promise:two-commands]', async () => {
    const { origin } = await provider.listen();
    const { proxy, authority } = await pretendOpenAi(origin);
    home.env = { OPENAI_API_KEY: KEY, HTTPS_PROXY: proxy, NODE_EXTRA_CA_CERTS: authority };
    writeFileSync(join(folder, 'ask.mjs'), ASK);
    // The one thing a test cannot leave to chance: the usual port may be in use on this machine.
    home.env['PATH'] = pathWithOnly(process.execPath);
    const first = await home.run(['init', '--yes']);
    expect(first.exit, first.out + first.err).toBe(0);
    expect(first.out).toMatch(/^openai +env:OPENAI_API_KEY +ok/m);
    expect(first.out).toContain('cost $');
    useFreePort();
    const second = await home.run(['run', '--start', '--', process.execPath, join(folder, 'ask.mjs')]);
    expect(second.exit, second.out + second.err).toBe(0);
    expect(second.out.trim().length).toBeGreaterThan(0);
    expect(readFileSync(home.paths.config, 'utf8')).not.toContain(KEY);
  });
});

/** A program of somebody who never heard of gw. */
const ASK = `const answer = await fetch(process.env.OPENAI_BASE_URL + '/chat/completions', {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.OPENAI_API_KEY },
  body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] }),
});
console.log((await answer.json()).choices[0].message.content);
`;

function useFreePort(): void {
  const document = JSON.parse(readFileSync(home.paths.config, 'utf8')) as object;
  writeFileSync(home.paths.config, JSON.stringify({ ...document, listen: { port: 0 } }));
  chmodSync(home.paths.config, 0o600);
}

/** No agent of this machine takes part. */
function pathWithOnly(program: string): string {
  return join(program, '..');
}
