import { once } from 'node:events';

import { afterEach, describe, expect, test } from 'vitest';

import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { BROWSER, BrowserPage } from './browser.ts';
import { DaemonHome } from './daemon-home.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Stage {
  readonly home: DaemonHome;
  readonly first: Simulator;
  /** Sends a request whose model and client look like markup; answers with its id. */
  readonly ask: () => Promise<string>;
  readonly page: BrowserPage;
  readonly endCommand: () => Promise<number | null>;
}

/** The built program before two simulators, `gw dash --web`, and a browser on the page. */
async function stage(): Promise<Stage> {
  const home = new DaemonHome();
  closing.push(() => home.remove());
  home.env = { TEST_KEY: 'sk-of-the-test' };
  const [first, second] = [createSimulator({ name: 'first' }), createSimulator({ name: 'second' })];
  closing.push(
    () => first.close(),
    () => second.close(),
  );
  home.profile({ first: (await first.listen()).url, second: (await second.listen()).url });
  const { address } = await home.start();
  const command = home.spawn(['dash', '--web']);
  let out = '';
  command.stdout?.on('data', (chunk) => (out += String(chunk)));
  await expect.poll(() => out, { timeout: 10_000 }).toContain('\n');
  const page = await BrowserPage.open(out.trim());
  closing.push(() => page.close());
  return {
    home,
    first,
    page,
    ask: async () => {
      const response = await fetch(`${address}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': '<img/src/onerror=hacked()>' },
        body: JSON.stringify({
          model: '<script>window.hacked=1</script>',
          messages: [{ role: 'user', content: 'Hello' }],
        }),
      });
      await response.arrayBuffer();
      return response.headers.get('x-gw-request-id') ?? '';
    },
    endCommand: async () => {
      const ended = once(command, 'exit');
      command.kill('SIGINT');
      const [exit] = await ended;
      return exit;
    },
  };
}

const text = (id: string): string => `document.getElementById('${id}').innerText`;

describe.skipIf(BROWSER === undefined)('the page in a real browser (GW_TEST_BROWSER)', () => {
  test(
    'follows what happens, tells one request, and takes no text for markup',
    { timeout: 60_000 },
    async () => {
      const { page, ask, first, endCommand } = await stage();
      const shows = async (id: string, what: RegExp) =>
        expect.poll(() => page.evaluate(text(id)), { timeout: 10_000 }).toMatch(what);
      await shows('state', /all up/);
      await shows('targets', /first/);
      await shows('gateway', /listens on\s+http:[^]*under way\s+0 of/);
      await ask();
      await shows('requests', /✓ served/);
      first.setFault('503');
      const rescued = await ask();
      await shows('requests', /↷ failover/);
      await shows('incidents', /first\/m.*overloaded.*second\/m/);
      await page.evaluate(`document.querySelector('a[href="#${rescued}"]').click()`);
      await shows('detail', /✗ overloaded/);
      await shows('detail', /<script>window.hacked=1<\/script>/);
      expect(await page.evaluate('document.querySelectorAll("#detail svg rect").length')).toBeGreaterThan(1);
      await page.resize(360, 700);
      await page.evaluate('history.back()');
      await expect.poll(() => page.evaluate('document.getElementById("overview").hidden')).toBe(false);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      expect(await page.evaluate('window.hacked === undefined && document.images.length === 0')).toBe(true);
      expect(await page.evaluate('document.cookie')).toBe('');
      expect(page.complaints).toEqual([]);
      expect(await endCommand()).toBe(0);
      await shows('state', /gw dash --web has ended/);
    },
  );

  test('waits for a daemon that is gone, and goes on with the next one', { timeout: 60_000 }, async () => {
    const { page, home } = await stage();
    const shows = async (what: RegExp) =>
      expect.poll(() => page.evaluate(text('state')), { timeout: 15_000 }).toMatch(what);
    await shows(/all up/);
    await home.run(['stop', '--now']);
    await shows(/the daemon is gone/);
    await home.start();
    await shows(/all up/);
  });
});
