import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { openArchive } from '../../src/store/index.ts';
import { ask, DaemonHome, waitUntil } from './daemon-home.ts';

const KEY = 'sk-test-7f3kq9zx81mmw20c';

let home: DaemonHome;
let simulator: Simulator;

beforeEach(async () => {
  home = new DaemonHome();
  home.env = { TEST_KEY: KEY };
  simulator = createSimulator();
  const { url } = await simulator.listen();
  home.profile({ first: url });
});

afterEach(async () => {
  await home.remove();
  await simulator.close();
});

/** Asks once and answers with the exchange's id. */
async function askOnce(address: string): Promise<string> {
  const response = await ask(address);
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return response.headers.get('x-gw-request-id') ?? '';
}

function recorded(): string[] {
  const archive = openArchive(home.paths.database);
  if (archive.is === 'failed') return [];
  try {
    return archive.value.list({ limit: 1000 }).map(({ id }) => id);
  } finally {
    archive.value.close();
  }
}

describe('kill -9', () => {
  it('under load loses no row that was on disk, and the next start works [promise:kill-9]', async () => {
    const { address } = await home.start();
    const load = new AbortController();
    const keepAsking = async (): Promise<void> => {
      while (!load.signal.aborted)
        await ask(address)
          .then((response) => response.arrayBuffer())
          .catch(() => {});
    };
    const running = Promise.all([keepAsking(), keepAsking(), keepAsking()]);
    await waitUntil(() => recorded().length >= 20);
    const before = recorded();
    await home.kill();
    load.abort();
    await running;
    const { address: again } = await home.start();
    await askOnce(again);
    expect(recorded()).toEqual(expect.arrayContaining(before));
    const database = new DatabaseSync(home.paths.database, { readOnly: true });
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    database.close();
  });
});

describe('a request log', () => {
  it('that was deleted is begun anew [promise:log-trouble]', async () => {
    const { address } = await home.start();
    await askOnce(address);
    await home.call('flush', {});
    for (const suffix of ['', '-wal', '-shm']) rmSync(home.paths.database + suffix, { force: true });
    const id = await askOnce(address);
    await home.call('flush', {});
    expect(recorded()).toEqual([id]);
  });

  it('that is damaged is shown and set aside, and no request fails [promise:log-trouble]', async () => {
    mkdirSync(home.paths.stateDir, { mode: 0o700 });
    writeFileSync(home.paths.database, 'this is no database '.repeat(500));
    const { address } = await home.start();
    await askOnce(address);
    await home.call('flush', {});
    expect((await home.status()).problems.map(({ message }) => message).join()).toContain('set aside');
    expect(readdirSync(home.paths.stateDir).join()).toContain('requests.db.damaged-');
    expect(recorded()).toHaveLength(1);
  });

  it('that is locked fails no request, and is written when it is free [promise:log-trouble]', async () => {
    const { address } = await home.start();
    await askOnce(address);
    await home.call('flush', {});
    const other = new DatabaseSync(home.paths.database);
    other.exec('BEGIN EXCLUSIVE');
    const id = await askOnce(address);
    await waitUntil(async () => (await home.status()).problems.some(({ message }) => /locked/.test(message)));
    other.exec('COMMIT');
    other.close();
    await waitUntil(() => recorded().includes(id));
  });
});

describe('what somebody takes away while the daemon runs', () => {
  it('comes back: the log', async () => {
    await home.start();
    rmSync(home.paths.log);
    await home.call('reload', { env: {} });
    await waitUntil(() => home.log().includes('profile-reloaded'));
  });

  it.each([
    ['the control socket', () => rmSync(home.paths.socket)],
    ['the state directory', () => rmSync(home.paths.stateDir, { recursive: true })],
  ])('comes back: %s', async (_, takeAway) => {
    const { instance } = await home.start();
    takeAway();
    await waitUntil(() => existsSync(home.paths.state) && existsSync(home.paths.socket));
    expect((await home.status()).instance).toBe(instance);
    expect(await home.run(['stop'])).toMatchObject({ exit: 0 });
    expect(existsSync(home.paths.socket)).toBe(false);
  });
});

describe('files', () => {
  it('are their owner’s alone whatever the umask [promise:files-private]', async () => {
    const umask = process.umask(0);
    try {
      const { address } = await home.start();
      await askOnce(address);
      await home.call('flush', {});
    } finally {
      process.umask(umask);
    }
    const open = readdirSync(home.folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => (lstatSync(join(home.folder, name)).mode & 0o077) !== 0,
    );
    expect(open).toEqual([]);
  });

  it('that others could read are closed: the log [promise:files-private]', async () => {
    mkdirSync(home.paths.stateDir, { mode: 0o700 });
    writeFileSync(home.paths.log, '', { mode: 0o644 });
    await home.start();
    expect(statSync(home.paths.log).mode & 0o777).toBe(0o600);
  });

  it.each(['gw.log', 'serve.lock', 'start.lock', 'control.sock', 'daemon.json', 'requests.db'])(
    'are not written through a link planted as %s [promise:files-private]',
    async (name) => {
      mkdirSync(home.paths.stateDir, { mode: 0o700 });
      const victim = join(home.folder, 'precious');
      writeFileSync(victim, '', { mode: 0o644 });
      chmodSync(victim, 0o644);
      symlinkSync(victim, join(home.paths.stateDir, name));
      const ran = await home.run(['start']);
      if (ran.exit === 0) {
        const { address } = await home.status();
        await askOnce(address);
        await home.call('flush', {});
      } else {
        expect(ran.exit).toBe(5);
        expect(ran.err).toContain('fix: ');
      }
      expect(readFileSync(victim, 'utf8')).toBe('');
      expect(statSync(victim).mode & 0o777).toBe(0o644);
    },
  );
});

describe('the control socket', () => {
  it('is private, and survives whatever is said to it [promise:control-private]', async () => {
    const { address, instance } = await home.start();
    expect(statSync(home.paths.stateDir).mode & 0o777).toBe(0o700);
    expect(statSync(home.paths.socket).mode & 0o777).toBe(0o600);
    for (const bytes of [
      '{}\n',
      '[[['.repeat(50_000),
      'x'.repeat(2_000_000),
      '{"id":1,"method":"__proto__"}\n',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(home.paths.socket, () => socket.end(bytes));
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.resume();
      });
    }
    await askOnce(address);
    expect((await home.status()).instance).toBe(instance);
  });

  it.each(['/stop', '//stop', '/control', '/v1/..%2Fstop', '/%2e%2e/control.sock'])(
    'is not behind the address: %s [promise:control-private]',
    async (path) => {
      const { address, instance } = await home.start();
      const said = JSON.stringify({ id: 1, method: 'stop', params: { drainMs: 0 } });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(address + path, { method: 'POST', headers, body: `${said}\n` });
      expect(response.status).toBe(404);
      expect(await home.status()).toMatchObject({ instance, draining: false });
    },
  );
});

describe('listening beyond this machine', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1'])('needs a token: %s [promise:loopback-only]', async (host) => {
    const ran = await home.run(['start', '--host', host]);
    expect(ran.exit).toBe(4);
    expect(ran.err).toContain('token');
    expect(existsSync(home.paths.socket)).toBe(false);
  });
});

describe('sleep', () => {
  it('is followed by a first request that works, and opens no breaker [promise:sleep]', async () => {
    const { address, pid } = await home.start();
    await askOnce(address);
    process.kill(pid, 'SIGSTOP');
    const meanwhile = ask(address);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    process.kill(pid, 'SIGCONT');
    const answers = await Promise.all([meanwhile, ask(address), ask(address)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(({ headers }) => headers.get('x-gw-attempts'))).toEqual(['1', '1', '1']);
    const targets = (await home.status()).providers.flatMap((provider) => provider.targets);
    expect(targets.map(({ breaker }) => breaker.is)).toEqual(targets.map(() => 'closed'));
  });
});

describe('a broken profile', () => {
  it('leaves a running daemon on the old one, whole [promise:config-no-partial]', async () => {
    const { address } = await home.start();
    home.profile({ first: 'http://127.0.0.1:9/v1', second: 'http://127.0.0.1:9/v1' }, { lisen: {} });
    expect(await home.run(['reload'])).toMatchObject({ exit: 4 });
    await askOnce(address);
    const { providers, problems } = await home.status();
    expect(providers.map(({ name }) => name)).toEqual(['first']);
    expect(problems.map(({ message }) => message).join()).toContain('lisen');
  });
});

describe('text from elsewhere', () => {
  it('sends nothing to the terminal that it would obey [promise:terminal-safe]', async () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eend';
    const { address } = await home.start();
    await ask(address, { model: `m${evil}!503`, user: evil }, { 'user-agent': 'ua\u009b31m/1' });
    await ask(address, { model: evil });
    await home.call('flush', {});
    const commands = [
      ['status'],
      ['requests'],
      ['requests', '--json'],
      ['why'],
      ['why', '--json'],
      ['failovers'],
      ['logs'],
      ['route', 'resolve', evil],
      ['config', 'get', evil],
      ['requests', '--since', evil],
    ];
    for (const words of commands) {
      const { out, err } = await home.run(words);
      // oxlint-disable-next-line no-control-regex -- controls are what this is about
      expect(out + err, words[0]).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });
});

describe('a home', () => {
  it('that is set to nothing is not the current directory', async () => {
    const ran = await home.run(['config', 'path'], { GW_HOME: '' });
    expect(ran.out.trim()).toBe(join(home.folder, '.config', 'gw', 'config.json'));
  });

  it('whose path is too long for a socket is refused with what to do', async () => {
    const long = join(home.folder, 'x'.repeat(120));
    mkdirSync(long, { mode: 0o700 });
    writeFileSync(join(long, 'config.json'), readFileSync(home.paths.config), { mode: 0o600 });
    const ran = await home.run(['start'], { GW_HOME: long });
    expect(ran.exit).toBe(5);
    expect(ran.err).toMatch(/too long for a socket[\s\S]*fix: set GW_HOME to a shorter path/);
  });
});
