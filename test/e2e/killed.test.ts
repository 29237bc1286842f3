import { statSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ask, type DaemonHome, type GatedUpstream, openGated, waitUntil } from './daemon-home.ts';

const KEPT = '"unfinished":[{';

let home: DaemonHome;
let upstream: GatedUpstream;

beforeEach(async () => {
  ({ home, upstream } = await openGated());
});

afterEach(async () => {
  await home.remove();
  await upstream.close();
});

describe('a request under way when gw is killed', () => {
  it('is in the log of the next gw, as cut or as failed [promise:kill-leaves-a-trace]', async () => {
    const { address, pid } = await home.start();
    const stream = ask(address, { stream: true });
    await upstream.beginStream(0);
    await stream;
    const whole = ask(address).catch(() => undefined);
    await upstream.request(1);
    await waitUntil(() => (home.health().match(/"outcome":"pending"/g) ?? []).length === 2);
    expect(statSync(home.paths.health).mode & 0o777).toBe(0o600);
    await home.kill();
    await whole;
    await home.start();
    const listed = async (): Promise<Record<string, unknown>[]> => {
      const { out } = await home.run(['requests', '--json']);
      return out
        .trim()
        .split('\n')
        .map((line): Record<string, unknown> => JSON.parse(line));
    };
    const outcomes = (await listed()).map(({ outcome, message, killed }) => [outcome, killed, message]);
    const message = 'gw was killed while it was under way';
    expect(outcomes).toEqual(
      expect.arrayContaining([
        ['cut', true, message],
        ['failed', true, message],
      ]),
    );
    expect(outcomes).toHaveLength(2);
    expect((await home.run(['why', '--last'])).out).toContain('gw was killed');
    expect(home.log()).toContain(`daemon-was-killed`);
    expect(home.log()).toMatch(new RegExp(`daemon-was-killed.*\\b${pid}\\b`));
    // Another kill does not tell of them again, and a gw that ends by itself says nothing.
    await waitUntil(() => !home.health().includes(KEPT));
    const lines = (): number => home.log().split('daemon-was-killed').length - 1;
    await home.run(['restart']);
    expect(lines()).toBe(1);
    expect(await listed()).toHaveLength(2);
  });
});
