import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DaemonHome, waitUntil } from './daemon-home.ts';

// Nothing listens there: the port is reserved (RFC 6335) and needs privileges.
const NOBODY = 'http://127.0.0.1:1/v1';

let home: DaemonHome;
beforeEach(() => {
  home = new DaemonHome();
  home.env = { TEST_KEY: 'sk-of-the-test-0123456789' };
  home.profile({ gone: NOBODY });
});
afterEach(() => home.remove());

async function ask(address: string): Promise<number> {
  const answer = await fetch(`${address}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Who is left alone, as the command tells programs. */
async function leftAlone(): Promise<readonly { readonly name: string; readonly since: number }[]> {
  const ran = await home.run(['cooldowns', '--json']);
  expect(ran.exit).toBe(0);
  return JSON.parse(ran.out).cooldowns;
}

/** Fails often enough that the provider is left alone, and waits until that is on disk. */
async function lose(): Promise<void> {
  const { address } = await home.start();
  for (let turn = 0; turn < 3; turn++) expect(await ask(address)).toBe(502);
  await waitUntil(() => existsSync(home.paths.health));
}

describe('who is left alone', () => {
  it('outlives kill -9, with why and since when, and without the key [promise:health-kept]', async () => {
    await lose();
    const [before] = await leftAlone();
    await home.kill();
    expect(readFileSync(home.paths.health, 'utf8')).not.toContain(home.env['TEST_KEY']);
    expect((await home.run(['cooldowns'])).exit).toBe(3);
    await home.start();
    expect(await leftAlone()).toMatchObject([{ name: 'gone/m#env:TEST_KEY', since: before?.since }]);
    expect((await home.run(['cooldowns'])).out).toContain('connection refused');
  });

  it('is nobody any more where the key is another one by now', async () => {
    await lose();
    await home.kill();
    home.env = { TEST_KEY: 'sk-another-one-9876543210' };
    await home.start();
    expect(await leftAlone()).toEqual([]);
  });

  it('is forgotten by hand, also for the time after a restart', async () => {
    await lose();
    const reset = await home.run(['reset', 'gone']);
    expect(reset).toMatchObject({ exit: 0, out: '' });
    expect(reset.err).toContain('gone/m#env:TEST_KEY');
    expect(await leftAlone()).toEqual([]);
    expect((await home.run(['stop'])).exit).toBe(0);
    await home.start();
    expect(await leftAlone()).toEqual([]);
  });

  it('is not known where the file is damaged, which is set aside and said', async () => {
    await lose();
    await home.kill();
    writeFileSync(home.paths.health, '{"version":1,"parts":{"heal');
    await home.start();
    expect(await leftAlone()).toEqual([]);
    expect(home.log()).toContain('"health-set-aside"');
    expect(existsSync(`${home.paths.health}.set-aside`)).toBe(true);
  });
});
