import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ask, type DaemonHome, GatedUpstream, openGated, waitUntil } from './daemon-home.ts';

let home: DaemonHome;
let upstream: GatedUpstream;

beforeEach(async () => {
  ({ home, upstream } = await openGated());
});

afterEach(async () => {
  await home.remove();
  await upstream.close();
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

  it('is waited for by a start that comes meanwhile, which then starts anew', async () => {
    const { address, instance } = await home.start();
    const asked = ask(address, { stream: true });
    await upstream.beginStream(0);
    const response = await asked;
    const stopping = home.run(['stop']);
    await waitUntil(async () => (await home.status()).draining);
    const starting = home.run(['start', '--json']);
    await upstream.endStream(0);
    await response.text();
    expect((await stopping).exit).toBe(0);
    const started = await starting;
    expect(started).toMatchObject({ exit: 0 });
    expect(JSON.parse(started.out)).toMatchObject({ already: false });
    expect((await home.status()).instance).not.toBe(instance);
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

  it('keeps the keys that only the daemon has, and writes them nowhere', async () => {
    const key = 'sk-canary-0123456789';
    home.env = { TEST_KEY: key };
    await home.start('--port', '0');
    home.env = {};
    const ran = await home.run(['restart']);
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.err).toContain('TEST_KEY');
    const asked = ask((await home.status()).address);
    await upstream.answer(0);
    expect((await asked).status).toBe(200);
    expect((await upstream.request(0)).request.headers.authorization).toBe(`Bearer ${key}`);
    expect(`${ran.out}${ran.err}${home.log()}${readFileSync(home.paths.state, 'utf8')}`).not.toContain(
      'canary',
    );
    // A key of this shell counts more than the one that is running.
    await home.run(['restart'], { TEST_KEY: 'sk-newer-0123456789' });
    const again = ask((await home.status()).address);
    await upstream.answer(1);
    expect((await again).status).toBe(200);
    expect((await upstream.request(1)).request.headers.authorization).toBe('Bearer sk-newer-0123456789');
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
    // What it said last may arrive after its end.
    await waitUntil(() => shown.includes('daemon-stopped'));
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

describe('a drill', () => {
  it('makes the first target fail for whoever holds its token, and the next one serves', async () => {
    const second = await new GatedUpstream().listen();
    try {
      home.profile({ first: upstream.url, second: second.url });
      const { address } = await home.start();
      const { token } = await home.call('drill', { route: 'main', faults: { 1: '503' }, dry: false });
      const asked = ask(address, {}, { 'x-gw-drill': token });
      await second.answer(0, 'from the second');
      expect(await (await asked).text()).toContain('from the second');
      expect(upstream.requests).toEqual([]);
      const status = await home.status();
      expect(status.counters).toMatchObject({ total: 0, failovers: 0 });
    } finally {
      await second.close();
    }
  });

  it('needs no network when it is dry', async () => {
    const { address } = await home.start();
    const { token } = await home.call('drill', { route: 'main', faults: {}, dry: true });
    const answer = await ask(address, {}, { 'x-gw-drill': token });
    expect(answer.status).toBe(200);
    expect(upstream.requests).toEqual([]);
  });
});
