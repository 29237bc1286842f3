import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import { ask, DaemonHome, GatedUpstream } from './daemon-home.ts';

interface Report {
  readonly problems: number;
  readonly checks: readonly { readonly id: string; readonly result: string; readonly sentence: string }[];
}

let home = new DaemonHome();
const upstreams: GatedUpstream[] = [];
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close();
  await home.remove();
  home = new DaemonHome();
});

async function doctor(
  ...words: string[]
): Promise<Report & { exit: number | null; of: (id: string) => string }> {
  const ran = await home.run(['doctor', '--json', ...words], { TEST_KEY: 'sk-test' });
  const report = JSON.parse(ran.out) as Report;
  const of = (id: string): string => {
    const found = report.checks.find((check) => check.id === id);
    return `${found?.result}: ${found?.sentence}`;
  };
  return { ...report, exit: ran.exit, of };
}

async function upstream(): Promise<GatedUpstream> {
  const made = await new GatedUpstream().listen();
  upstreams.push(made);
  return made;
}

describe('gw doctor', () => {
  test('finds a running daemon in order, and a killed one gone with what it left', async () => {
    const [a, b] = [await upstream(), await upstream()];
    home.profile({ a: a.url, b: b.url });
    home.env = { TEST_KEY: 'sk-test' };
    const { address } = await home.start();
    const answered = ask(address);
    await a.answer(0);
    expect((await answered).status).toBe(200);
    await home.call('flush', {});
    const well = await doctor();
    expect(well.checks.filter(({ result }) => result === 'problem')).toEqual([]);
    expect(well.exit).toBe(0);
    expect(well.of('daemon')).toContain(`ok: gw runs at ${address}`);
    expect(well.of('port')).toBe(`ok: gw answers at ${address}`);
    expect(well.of('keys-daemon')).toBe('ok: the daemon has every key');
    expect(well.of('daemon-leftovers')).toMatch(/^ok/);
    expect(well.of('request-log')).toMatch(/^ok: 1 exchange in/);
    await home.kill();
    const files = listing();
    const dead = await doctor();
    expect(dead.of('daemon')).toBe('warning: gw is not running');
    expect(dead.of('daemon-leftovers')).toMatch(
      /^warning: the daemon with pid \d+ ended without clearing up/,
    );
    expect(dead.of('request-log')).toMatch(/^ok: 1 exchange in/);
    expect(listing()).toEqual(files);
  });

  test('tells a daemon that was started without the key this shell has', async () => {
    const [a] = [await upstream()];
    home.profile({ a: a.url });
    await home.start();
    const ill = await doctor();
    expect(ill.exit).toBe(1);
    expect(ill.of('keys-here')).toBe('ok: the one reference resolves');
    expect(ill.of('keys-daemon')).toBe('problem: the daemon has no env:TEST_KEY for a');
    expect(ill.of('daemon-problems')).toBe('ok: the daemon reports nothing');
  });
});

/** Names and sizes of what is kept: a killed daemon's files may be read, not mended. */
function listing(): string[] {
  return readdirSync(home.folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => `${path} ${lstatSync(join(home.folder, path)).size}`);
}
