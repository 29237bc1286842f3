import { createServer, type Server } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { openUpstream, type Upstream } from '../../../src/proxy/connections/upstream.ts';

const servers: (Server | TcpServer)[] = [];
const upstreams: Upstream[] = [];

afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.destroy()));
  await Promise.all(
    servers.splice(0).map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))),
  );
});

async function listen(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

interface HttpProxy {
  readonly url: URL;
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[];
  /** What went through the tunnels towards the provider. */
  readonly seen: Buffer[];
}

/** An HTTP proxy that makes tunnels, or answers each wish for one with a status. */
async function httpProxy(status = 200): Promise<HttpProxy> {
  const asked: HttpProxy['asked'] = [];
  const seen: Buffer[] = [];
  const server = createServer().on('connect', (request, socket) => {
    asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    socket.on('error', () => undefined);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.on('data', (piece: Buffer) => void seen.push(piece));
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  return { url: new URL(`http://127.0.0.1:${await listen(server)}`), asked, seen };
}

function reach(address: string, proxy: URL | undefined, connectMs = 2000): Upstream {
  const upstream = openUpstream('p', address, connectMs, proxy);
  upstreams.push(upstream);
  return upstream;
}

/** A connection is free again a little after its answer was read. */
function free(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function provider(): Promise<number> {
  return listen(createServer((request, response) => response.end(`${request.method} ${request.url}`)));
}

describe('a provider behind an HTTP proxy', () => {
  test('is reached through a tunnel, whose connection is kept', async () => {
    const port = await provider();
    const proxy = await httpProxy();
    const { pool } = reach(`http://127.0.0.1:${port}/v1`, proxy.url);
    for (let turn = 0; turn < 3; turn++) {
      const answer = await pool.request({ method: 'GET', path: '/v1/models' });
      expect(await answer.body.text()).toBe('GET /v1/models');
      await free();
    }
    expect(proxy.asked).toEqual([{ target: `127.0.0.1:${port}`, authorization: undefined }]);
  });

  test('is asked for with the name and password of the address', async () => {
    const port = await provider();
    const proxy = await httpProxy();
    proxy.url.username = 'me';
    proxy.url.password = 'p%40ss';
    await reach(`http://127.0.0.1:${port}/v1`, proxy.url).pool.request({ method: 'GET', path: '/' });
    expect(proxy.asked[0]?.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  test('that speaks TLS shows the proxy nothing but TLS', async () => {
    const port = await provider();
    const proxy = await httpProxy();
    const { pool } = reach(`https://127.0.0.1:${port}/v1`, proxy.url);
    const call = pool.request({
      method: 'POST',
      path: '/v1',
      headers: { authorization: 'Bearer sk-secret' },
    });
    // The provider of this test speaks no TLS; what matters is that nothing was said before.
    await expect(call).rejects.toThrow();
    const seen = Buffer.concat(proxy.seen);
    expect(seen[0]).toBe(0x16);
    expect(seen.includes('sk-secret')).toBe(false);
  });

  test.each([403, 407, 502])('that the proxy refuses (%i) is told as the proxy’s doing', async (status) => {
    const proxy = await httpProxy(status);
    proxy.url.password = 'hidden';
    const { pool } = reach('http://127.0.0.1:1/v1', proxy.url);
    const call = pool.request({ method: 'GET', path: '/' });
    await expect(call).rejects.toThrow(`the HTTP proxy http://127.0.0.1:${proxy.url.port} refuses`);
    await expect(pool.request({ method: 'GET', path: '/' })).rejects.not.toThrow('hidden');
  });

  test('that is not there, or says nothing, is told too', async () => {
    const none = reach('http://127.0.0.1:1/v1', new URL('http://127.0.0.1:9')).pool;
    await expect(none.request({ method: 'GET', path: '/' })).rejects.toThrow(
      /cannot be used: .*ECONNREFUSED/,
    );
    const silent = createTcpServer((socket) => void socket.on('error', () => undefined).resume());
    const hole = new URL(`http://127.0.0.1:${await listen(silent)}`);
    const { pool } = reach('http://127.0.0.1:1/v1', hole, 100);
    await expect(pool.request({ method: 'GET', path: '/' })).rejects.toThrow(/cannot be used/);
  });
});

describe('connections that are renewed', () => {
  test('leave running requests alone, and give the next one a connection of its own', async () => {
    const waiting: (() => void)[] = [];
    const ports = new Map<string | undefined, number | undefined>();
    const server = createServer((request, response) => {
      ports.set(request.url, request.socket.remotePort);
      if (request.url === '/slow') waiting.push(() => response.end('late'));
      else response.end('ok');
    });
    const upstream = reach(`http://127.0.0.1:${await listen(server)}/v1`, undefined);
    const get = (path: string): Promise<string> =>
      upstream.pool.request({ method: 'GET', path }).then(({ body }) => body.text());
    const slow = get('/slow');
    await get('/kept');
    await free();
    upstream.renew();
    await get('/fresh');
    await free();
    await get('/fresh-too');
    for (const answer of waiting) answer();
    expect(await slow).toBe('late');
    expect(ports.get('/fresh')).not.toBe(ports.get('/kept'));
    expect(ports.get('/fresh-too')).toBe(ports.get('/fresh'));
  });
});
