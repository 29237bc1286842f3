import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { field, parseJson } from '../../src/lib/expect.ts';
import { DaemonHome, KEY } from './daemon-home.ts';

const TIME_MS = 90_000;

let home: DaemonHome;

beforeEach(() => {
  home = new DaemonHome();
});

afterEach(() => home.remove());

describe('gw test-route', () => {
  test(
    'finds a route in order, asks each target alone, and leaves no trace in the statistics',
    async () => {
      const [first, second] = await home.startBefore('one', 'two');
      const { exit, out, err } = await home.run(['test-route', '--json']);
      const result = parseJson(out);
      expect(exit, err).toBe(0);
      expect(result).toMatchObject({ verdict: 'ok', route: 'main', realRequests: 7, findings: [] });
      expect(list(result, 'targets', 'result')).toEqual(['ok', 'ok']);
      expect(list(result, 'drill', 'servedBy')).toEqual(Array(5).fill('two/m'));
      expect(list(result, 'drill', 'result')).toEqual(Array(5).fill('took-over'));
      // One probe each; in the drill the first target is simulated.
      const asked = [first, second].map((simulator) =>
        simulator?.calls.filter(({ method }) => method === 'POST'),
      );
      expect(asked.map((calls) => calls?.length)).toEqual([1, 6]);
      expect(asked[1]?.every(({ body }) => body.includes('"max_tokens":16'))).toBe(true);
      expect(await home.status()).toMatchObject({ counters: { total: 0, failovers: 0 } });
    },
    TIME_MS,
  );

  test(
    'says what is wrong with a target that does not answer, and how to mend it',
    async () => {
      const [first] = await home.startBefore('one', 'two');
      first?.setFault('401');
      const { exit, out } = await home.run(['test-route']);
      expect(exit).toBe(7);
      expect(out).toContain('one/m does not answer');
      expect(out).toMatch(
        /fix: replace the key env:TEST_KEY: export TEST_KEY=… and gw reload, or gw\s+key set one/,
      );
      expect(out).toContain('degraded');
    },
    TIME_MS,
  );

  test(
    'ends with 6 when nobody answers, without a drill',
    async () => {
      for (const simulator of await home.startBefore('one', 'two')) simulator.setFault('500');
      const { exit, out } = await home.run(['test-route', '--json']);
      expect(exit).toBe(6);
      expect(parseJson(out)).toMatchObject({ verdict: 'failed', drill: [] });
    },
    TIME_MS,
  );

  test(
    'shows that an answer which is cut is gone on with',
    async () => {
      await home.startBefore('one', 'two');
      const { exit, out } = await home.run(['test-route', '--simulate', 'cut@1', '--json']);
      expect(exit).toBe(0);
      expect(list(parseJson(out), 'drill', 'result')).toEqual(['continued']);
    },
    TIME_MS,
  );

  test(
    'lets exactly the targets fail that it is told to',
    async () => {
      await home.startBefore('one', 'two', 'three');
      const words = ['test-route', 'main', '--simulate', '503@1,timeout@2', '--no-stream', '--json'];
      const { exit, out } = await home.run(words);
      expect(exit).toBe(0);
      const result = parseJson(out);
      expect(list(result, 'drill', 'servedBy')).toEqual(['three/m']);
      expect(list(result, 'drill', 'stream')).toEqual([false]);
    },
    TIME_MS,
  );

  test(
    'names a target the profile leaves out, and asks it nothing',
    async () => {
      const simulator = await home.simulate('one');
      home.profile({ one: simulator.url });
      const started = await home.run(['start']);
      expect(started.exit).toBe(0);
      const { exit, out } = await home.run(['test-route']);
      expect(exit).toBe(6);
      expect(out).toContain('its key env:TEST_KEY does not resolve');
      expect(out).toContain('fix: export TEST_KEY=');
      expect(simulator.simulator.received).toBe(0);
    },
    TIME_MS,
  );

  test('says how to go on without a daemon', async () => {
    home.profile({ one: 'http://127.0.0.1:9/v1' });
    const { exit, err } = await home.run(['test-route']);
    expect(exit).toBe(3);
    expect(err).toContain('gw start');
  });

  test(
    'needs neither daemon nor network for a dry run, and leaves nothing behind',
    async () => {
      home.profile({ one: 'http://127.0.0.1:9/v1', two: 'http://127.0.0.1:9/v1' });
      const temp = join(home.folder, 'temp');
      mkdirSync(temp);
      const { exit, out, err } = await home.run(['test-route', '--dry-run', '--json'], {
        TEST_KEY: KEY,
        TMPDIR: temp,
      });
      expect(exit, err).toBe(0);
      const result = parseJson(out);
      expect(result).toMatchObject({ verdict: 'ok', dryRun: true, realRequests: 0 });
      expect(list(result, 'drill', 'result')).toEqual(Array(5).fill('took-over'));
      // Node.js keeps compiled programs beside temporary files.
      expect(readdirSync(temp)).toEqual(['node-compile-cache']);
      expect(readdirSync(home.folder).sort()).toEqual(['config.json', 'temp']);
    },
    TIME_MS,
  );
});

/** One field of each entry of a list in a JSON document. */
function list(document: unknown, name: string, key: string): unknown[] {
  const entries = field(document, name);
  return Array.isArray(entries) ? entries.map((entry) => field(entry, key)) : [];
}
