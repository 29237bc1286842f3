import { type AddressInfo, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';

import { afterEach, describe, expect, test } from 'vitest';

import { openNetworkSenses } from '../../../src/daemon/network-watch.ts';

const senses = openNetworkSenses();
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(): Promise<number> {
  const server = createServer((socket) => void socket.on('error', () => undefined).resume());
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('the senses for the own network', () => {
  test('reach a host that takes the connection', async () => {
    const port = await listen();
    expect(await senses.reach({ host: '127.0.0.1', port, tls: false }, 5000)).toBe('reached');
  });

  test('count a refusal as a host that is there', async () => {
    const port = await listen();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    expect(await senses.reach({ host: '127.0.0.1', port, tls: false }, 5000)).toBe('reached');
  });

  test('wait no longer for a handshake than they were told', async () => {
    const port = await listen();
    expect(await senses.reach({ host: '127.0.0.1', port, tls: true }, 30)).toBe('no-answer');
  });

  test('say of a name that is none that it does not resolve', async () => {
    const found = await senses.reach({ host: 'no-such-host.invalid', port: 443, tls: true }, 5000);
    // Where there is no name server at all, looking up may take longer than that.
    expect(['no-name', 'no-answer']).toContain(found);
  });

  test('look one name up once, however many ask for it at the same time', async () => {
    const place = { host: 'localhost', port: await listen(), tls: false };
    const found = await Promise.all(Array.from({ length: 8 }, () => senses.reach(place, 5000)));
    expect(new Set(found)).toEqual(new Set(['reached']));
  });

  test('know addresses, none of them only this machine’s own', () => {
    const inner = Object.values(networkInterfaces())
      .flatMap((list = []) => list)
      .filter(({ internal }) => internal)
      .map(({ address }) => address);
    for (const address of senses.addresses()) expect(inner).not.toContain(address);
  });

  test('have something to say of the name server, whatever there is', async () => {
    expect(['answers', 'silent', 'unclear']).toContain(await senses.askResolver(500));
  });
});
