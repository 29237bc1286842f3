import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ask, DaemonHome, type GatedUpstream, KEY, openGated, waitUntil } from './daemon-home.ts';

let home: DaemonHome;
let upstream: GatedUpstream;

beforeEach(async () => {
  ({ home, upstream } = await openGated());
});

afterEach(async () => {
  await home.remove();
  await upstream.close();
});

describe('gw start', () => {
  it('returns when the daemon answers, and says how to use it [promise:ready-answered]', async () => {
    const ran = await home.run(['start']);
    expect(ran).toMatchObject({ exit: 0, err: '' });
    const { address } = await home.status();
    expect(ran.out).toContain(`gw is running at ${address}`);
    expect(ran.out).toContain('gw env');
    expect(ran.out).toContain(`export OPENAI_BASE_URL=${address}/v1`);
    expect(ran.out).toContain('first/m');
    expect((await fetch(address)).status).toBeLessThan(500);
  });

  it('serves requests through the provider with the key that only the shell had', async () => {
    const { address } = await home.start();
    const asked = ask(address);
    await upstream.answer(0);
    expect((await asked).status).toBe(200);
    expect((await upstream.request(0)).request.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('says that it runs already, and how to change what was asked differently', async () => {
    const before = await home.start();
    const ran = await home.run(['start', '--port', '4511', '--profile', 'other'], { TEST_KEY: '' });
    expect(ran.exit).toBe(0);
    expect(ran.out).toContain(`already running at ${before.address}`);
    expect(ran.err).toContain('gw restart --port 4511 --profile other');
    expect((await home.status()).instance).toBe(before.instance);
  });

  it('answers in JSON with nothing else on stdout', async () => {
    const ran = await home.run(['start', '--json']);
    expect(JSON.parse(ran.out)).toMatchObject({
      already: false,
      profile: 'default',
      routes: [{ name: 'main', targets: ['first/m'] }],
    });
  });

  it('works from the keys in the environment alone, and says so', async () => {
    writeFileSync(home.paths.config, '{"listen":{"port":0}}');
    const ran = await home.run(['start'], { GROQ_API_KEY: 'gsk_0123456789abcdef' });
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain('GROQ_API_KEY');
    expect((await home.status()).providers.map(({ name }) => name)).toEqual(['groq']);
  });

  it('says how to begin when there is neither a profile nor a key', async () => {
    writeFileSync(home.paths.config, '{}');
    const ran = await home.run(['start']);
    expect(ran.exit).toBe(4);
    expect(ran.err).toMatch(/fix: gw init.*gw demo/);
    expect(existsSync(home.paths.socket)).toBe(false);
  });

  it('refuses a profile file with a mistake, and names the place', async () => {
    home.profile({ first: upstream.url }, { lisen: {} });
    const ran = await home.run(['start']);
    expect(ran.exit).toBe(4);
    expect(ran.err).toContain('lisen');
    expect(ran.err).toContain('listen');
  });

  it('names who has a busy port and does not move to another [promise:port-owner]', async () => {
    const { port } = new URL(upstream.url);
    const ran = await home.run(['start', '--port', port]);
    expect(ran.exit).toBe(5);
    expect(ran.err).toContain(`port ${port} is in use`);
    expect(ran.err).toContain(`pid ${process.pid}`);
    expect(ran.err).toMatch(/fix: gw start --port \d+/);
    expect(home.log()).toContain('start-failed');
    expect(existsSync(home.paths.state)).toBe(false);
  });

  it('says so when another gw has the port', async () => {
    const other = new DaemonHome();
    other.env = home.env;
    other.profile({ first: upstream.url });
    try {
      const { address, pid } = await other.start();
      const ran = await home.run(['start', '--port', new URL(address).port]);
      expect(ran.exit).toBe(5);
      expect(ran.err).toContain('another gw');
      expect(ran.err).toContain(`pid ${pid}`);
    } finally {
      await other.remove();
    }
  });

  it('gives one daemon for fifty starts at once [promise:one-daemon]', { timeout: 120_000 }, async () => {
    const runs = await Promise.all(Array.from({ length: 50 }, () => home.run(['start', '--json'])));
    expect(runs.map(({ exit }) => exit)).toEqual(Array.from({ length: 50 }, () => 0));
    const { address, instance } = await home.status();
    const answers = runs.map(({ out }) => JSON.parse(out));
    expect(new Set(answers.map((each) => each.address))).toEqual(new Set([address]));
    expect(new Set(answers.map((each) => each.instance))).toEqual(new Set([instance]));
    expect(answers.filter((each) => !each.already)).toHaveLength(1);
    expect(home.log().match(/daemon-started/g)).toHaveLength(1);
  });

  it('keeps to itself what is its owner’s alone, and writes no key to disk', async () => {
    await home.start();
    const files = readdirSync(home.paths.stateDir).map((name) => join(home.paths.stateDir, name));
    expect(statSync(home.paths.stateDir).mode & 0o777).toBe(0o700);
    for (const file of files) expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
    for (const file of files.filter((name) => statSync(name).isFile())) {
      expect([file, readFileSync(file, 'latin1').includes(KEY)]).toEqual([file, false]);
    }
  });

  it.runIf(process.platform === 'linux')('takes along of the environment only what it needs', async () => {
    home.env = { ...home.env, NODE_OPTIONS: '--no-deprecation', SECRET_OF_ANOTHER: 'x', TZ: 'UTC' };
    const { pid } = await home.start();
    const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .map((entry) => entry.split('=', 1)[0]);
    expect(names).toEqual(expect.arrayContaining(['TEST_KEY', 'GW_HOME', 'PATH', 'TZ']));
    expect(names).not.toContain('NODE_OPTIONS');
    expect(names).not.toContain('SECRET_OF_ANOTHER');
  });
});

describe('after kill -9', () => {
  it('of the daemon, status says that it is down and the next start heals everything', async () => {
    const before = await home.start();
    await home.kill();
    expect(existsSync(home.paths.socket)).toBe(true);
    const down = await home.run(['status']);
    expect(down).toMatchObject({ exit: 3, out: '' });
    expect(down.err).toContain('fix: gw start');
    const after = await home.start();
    expect(after.instance).not.toBe(before.instance);
    expect(JSON.parse(readFileSync(home.paths.state, 'utf8')).instance).toBe(after.instance);
  });

  it('of a start halfway, the next start works and leaves one daemon', async () => {
    const half = home.spawn(['start']);
    await waitUntil(() => existsSync(home.paths.startLock));
    half.kill('SIGKILL');
    await once(half, 'exit');
    const { instance } = await home.start();
    expect((await home.run(['start', '--json'])).out).toContain(instance);
    expect(home.log().match(/"daemon-started"/g)).toHaveLength(1);
  });

  it('a state file of a dead daemon whose pid now is someone else’s harms nobody', async () => {
    await home.start();
    await home.kill();
    const state = JSON.parse(readFileSync(home.paths.state, 'utf8'));
    writeFileSync(home.paths.state, JSON.stringify({ ...state, pid: process.pid }));
    expect((await home.run(['stop'])).out).toContain('was not running');
    expect((await home.run(['status'])).exit).toBe(3);
    expect((await home.start()).pid).not.toBe(process.pid);
  });
});

describe('gw restart --port', () => {
  it('leaves the daemon alone when somebody else listens on that port', async () => {
    const before = await home.start();
    const busy = new URL(upstream.url).port;
    const ran = await home.run(['restart', '--port', busy]);
    expect(ran).toMatchObject({ exit: 5 });
    expect(ran.err).toContain(`port ${busy} is in use`);
    expect(ran.err).toContain('nothing was stopped');
    expect(ran.err).toContain('fix: gw restart --port ');
    expect((await home.status()).instance).toBe(before.instance);
  });
});
