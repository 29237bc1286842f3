import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ask, DaemonHome, GatedUpstream, waitUntil } from './daemon-home.ts';

const KEY = 'sk-test-7f3kq9zx81mmw20c';

let home: DaemonHome;
let upstream: GatedUpstream;

beforeEach(async () => {
  home = new DaemonHome();
  home.env = { TEST_KEY: KEY };
  upstream = await new GatedUpstream().listen();
  home.profile({ first: upstream.url });
});

afterEach(async () => {
  await home.remove();
  await upstream.close();
});

describe('gw start', () => {
  it('returns when the daemon answers, and says how to use it', async () => {
    const ran = await home.run(['start']);
    expect(ran).toMatchObject({ exit: 0, err: '' });
    const { address } = await home.status();
    expect(ran.out).toContain(`gw is running at ${address}`);
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

  it('names who has a busy port and does not move to another', async () => {
    const { port } = new URL(upstream.url);
    const ran = await home.run(['start', '--port', port]);
    expect(ran.exit).toBe(5);
    expect(ran.err).toContain(`port ${port} is in use`);
    expect(ran.err).toContain(`pid ${process.pid}`);
    expect(ran.err).toMatch(/fix: gw start --port \d+/);
    expect(ran.err).toContain(home.paths.log);
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

  it('gives one daemon for fifty starts at once', { timeout: 120_000 }, async () => {
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

describe('gw stop', () => {
  it('lets a running stream finish, refuses new work, and is gone when it returns', async () => {
    const { address } = await home.start();
    const asked = ask(address, { stream: true });
    await upstream.beginStream(0);
    const response = await asked;
    const stopping = home.run(['stop']);
    await waitUntil(async () => (await home.status()).draining);
    await expect(ask(address)).rejects.toThrow();
    await upstream.endStream(0);
    expect(await response.text()).toContain('[DONE]');
    const ran = await stopping;
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.out).toContain('1 request finished first');
    expect(existsSync(home.paths.state)).toBe(false);
    expect(existsSync(home.paths.socket)).toBe(false);
  });

  it('gives up on what takes longer than its timeout, and says how much it cut off', async () => {
    const { address } = await home.start();
    const asked = ask(address, { stream: true });
    await upstream.beginStream(0);
    const response = await asked;
    const ran = await home.run(['stop', '--timeout', '100ms']);
    expect(ran.out).toContain('1 cut off');
    const text = await response.text().catch(() => 'broken');
    expect(text).not.toContain('[DONE]');
  });

  it('cuts off at once with --now, even while another stop waits', async () => {
    const { address } = await home.start();
    const asked = ask(address, { stream: true });
    await upstream.beginStream(0);
    const response = await asked;
    const patient = home.run(['stop', '--timeout', '10m']);
    await waitUntil(async () => (await home.status()).draining);
    expect((await home.run(['stop', '--now'])).exit).toBe(0);
    expect((await patient).exit).toBe(0);
    await response.text().catch(() => {});
  });

  it('is content when nothing runs', async () => {
    const ran = await home.run(['stop', '--json']);
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.out)).toEqual({ stopped: false, live: 0, cutOff: 0 });
  });
});

describe('gw restart', () => {
  it('comes back at the address that clients know', async () => {
    const before = await home.start('--port', '0');
    expect((await home.run(['restart'])).exit).toBe(0);
    const after = await home.status();
    expect(after.address).toBe(before.address);
    expect(after.instance).not.toBe(before.instance);
  });

  it('leaves the daemon alone when the profile on disk could not be served', async () => {
    const before = await home.start();
    writeFileSync(home.paths.config, '{ broken');
    expect((await home.run(['restart'])).exit).toBe(4);
    expect((await home.status()).instance).toBe(before.instance);
  });
});

describe('gw reload', () => {
  it('takes a new profile while a stream runs on the old one', async () => {
    const second = await new GatedUpstream().listen();
    try {
      const { address, instance } = await home.start();
      const asked = ask(address, { stream: true });
      await upstream.beginStream(0);
      const response = await asked;
      home.profile({ second: second.url });
      expect((await home.run(['reload'])).exit).toBe(0);
      const other = ask(address);
      await second.answer(0, 'from the second');
      expect(await (await other).text()).toContain('from the second');
      await upstream.endStream(0);
      expect(await response.text()).toContain('[DONE]');
      const status = await home.status();
      expect(status.instance).toBe(instance);
      expect(status.providers.map(({ name }) => name)).toEqual(['second']);
    } finally {
      await second.close();
    }
  });

  it('keeps the old profile serving when the one on disk is broken, and shows that', async () => {
    const { address } = await home.start();
    writeFileSync(home.paths.config, '{ "profiles": ');
    const ran = await home.run(['reload']);
    expect(ran.exit).toBe(4);
    expect(ran.err).toContain('old one keeps serving');
    const asked = ask(address);
    await upstream.answer(0);
    expect((await asked).status).toBe(200);
    const shown = await home.run(['status']);
    expect(shown.exit).toBe(0);
    expect(shown.out).toContain('the old profile keeps serving');
    home.profile({ first: upstream.url });
    expect((await home.run(['reload'])).exit).toBe(0);
    expect((await home.status()).problems).toEqual([]);
  });

  it('hands over the key that the shell has now', async () => {
    const { address } = await home.start();
    expect((await home.run(['reload'], { TEST_KEY: 'sk-rotated-0123456789' })).exit).toBe(0);
    const asked = ask(address);
    await upstream.answer(0);
    await asked;
    expect((await upstream.request(0)).request.headers.authorization).toBe('Bearer sk-rotated-0123456789');
  });

  it('says when nothing runs', async () => {
    expect((await home.run(['reload'])).exit).toBe(3);
  });
});

describe('gw status', () => {
  it('shows what was served by whom', async () => {
    const { address } = await home.start();
    const asked = ask(address);
    await upstream.answer(0);
    await (await asked).text();
    await waitUntil(async () => (await home.status()).counters.served === 1);
    const ran = await home.run(['status']);
    expect(ran.out).toMatch(/● gw is running {2}http:\/\/127\.0\.0\.1:\d+ {2}profile default {2}up /);
    expect(ran.out).toContain('1 served');
    expect(ran.out).toMatch(/first +● ok .* 0% +◀ main/);
    const json = JSON.parse((await home.run(['status', '--json'])).out);
    expect(json).toMatchObject({ running: true, counters: { served: 1 } });
  });

  it('shows a key that is not there, with what to do', async () => {
    await home.run(['start'], { TEST_KEY: '' });
    const ran = await home.run(['status']);
    expect(ran.out).toMatch(/first +✗ no key/);
    expect(ran.out).toContain('export TEST_KEY');
  });

  it('says in JSON too that nothing runs', async () => {
    const ran = await home.run(['status', '--json']);
    expect(ran.exit).toBe(3);
    expect(JSON.parse(ran.out)).toMatchObject({ running: false, fix: 'gw start' });
  });
});

describe('gw serve', () => {
  it('shows its log, and drains on SIGTERM', async () => {
    const child = home.spawn(['serve']);
    let shown = '';
    child.stderr?.on('data', (chunk) => (shown += String(chunk)));
    await waitUntil(() => shown.includes('daemon-started'));
    const { address } = await home.status();
    const asked = ask(address, { stream: true });
    await upstream.beginStream(0);
    const response = await asked;
    child.kill('SIGTERM');
    await waitUntil(async () => (await home.status()).draining);
    await upstream.endStream(0);
    expect(await response.text()).toContain('[DONE]');
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect(shown).toContain('daemon-stopped');
  });

  it('ends at once at the second Ctrl-C', async () => {
    const child = home.spawn(['serve']);
    await waitUntil(() => home.log().includes('daemon-started'));
    const { address } = await home.status();
    const asked = ask(address, { stream: true });
    await upstream.beginStream(0);
    const response = await asked;
    child.kill('SIGINT');
    await waitUntil(async () => (await home.status()).draining);
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    await response.text().catch(() => {});
    expect(home.log()).toContain('"cutOff":1');
  });

  it('refuses to be the second daemon of one home', async () => {
    const { address } = await home.start();
    const ran = await home.run(['serve']);
    expect(ran.exit).toBe(5);
    expect(ran.err).toContain(address);
  });
});

describe('gw logs', () => {
  it('prints the log for people, and as it is with --json', async () => {
    await home.start();
    const ran = await home.run(['logs']);
    expect(ran.out).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}daemon-started address=http/m);
    const json = await home.run(['logs', '--json', '--lines', '1']);
    expect(JSON.parse(json.out)).toMatchObject({ event: 'daemon-started' });
    expect((await home.run(['logs', '--level', 'error'])).out).toBe('');
  });

  it('follows what is added', async () => {
    await home.start();
    const child = home.spawn(['logs', '--follow']);
    let shown = '';
    child.stdout?.on('data', (chunk) => (shown += String(chunk)));
    await waitUntil(() => shown.includes('daemon-started'));
    await home.run(['reload']);
    await waitUntil(() => shown.includes('profile-reloaded'));
  });
});
