import { describe, expect, it } from 'vitest';

import { listenError, reservedPort } from '../../../src/daemon/port-owner.ts';
import { windowsOwner } from '../../../src/daemon/windows-port-owner.ts';

const NETSTAT = [
  '',
  'Aktive Verbindungen',
  '',
  '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
  '  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         1044',
  '  TCP    127.0.0.1:50123        127.0.0.1:4499         HERGESTELLT     7777',
  '  TCP    127.0.0.1:4499         127.0.0.1:50123        HERGESTELLT     8888',
  '  TCP    127.0.0.1:4499         0.0.0.0:0              ABHÖREN         4321',
  '  TCP    [::1]:14499            [::]:0                 ABHÖREN         5555',
  '  UDP    0.0.0.0:4500           *:*                                    6666',
  '',
].join('\r\n');

describe('who listens on a port of Windows', () => {
  it('is read from its own programs, in whatever language', async () => {
    const asked: string[] = [];
    const owner = await windowsOwner(4499, (program, words) => {
      asked.push([program, ...words].join(' '));
      return Promise.resolve(
        program === 'netstat.exe' ? NETSTAT : '"node.exe","4321","Console","1","51.204 K"\r\n',
      );
    });
    expect(owner).toEqual({ pid: 4321, command: 'node.exe' });
    expect(asked).toEqual(['netstat.exe -ano', 'tasklist.exe /FI PID eq 4321 /FO CSV /NH']);
  });

  it('is not told where nobody listens, or the programs say nothing', async () => {
    expect(await windowsOwner(4500, () => Promise.resolve(NETSTAT))).toBeUndefined();
    expect(await windowsOwner(4499, () => Promise.resolve(''))).toBeUndefined();
    expect(await windowsOwner(50_123, () => Promise.resolve(NETSTAT))).toBeUndefined();
  });

  it('has at least a pid where the process has no name', async () => {
    const ask = (program: string) => Promise.resolve(program === 'netstat.exe' ? NETSTAT : 'INFO: none');
    expect(await windowsOwner(135, ask)).toEqual({ pid: 1044, command: 'a process' });
  });
});

describe('a port that may not be used', () => {
  it('has the reason of the system, and another one is offered', async () => {
    expect(reservedPort(5037, 5100, undefined, 'win32').why).toContain('excludedportrange');
    expect(reservedPort(80, 4499, undefined, 'linux').why).toContain('below 1024');
    const error = await listenError(Object.assign(new Error('x'), { code: 'EACCES' }), '127.0.0.1', 80);
    expect(Number(/^gw start --port (\d+)$/.exec(error.fix ?? '')?.[1])).toBeGreaterThanOrEqual(4499);
  });
});
