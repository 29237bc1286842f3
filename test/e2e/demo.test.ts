import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { field, parseJson } from '../../src/lib/expect.ts';
import { PROGRAM, waitUntil } from './daemon-home.ts';

/** The promise is twenty seconds; a machine that runs other tests at the same time may take longer to start. */
const TIME_MS = 90_000;

/** Node.js keeps compiled programs beside temporary files. */
const COMPILE_CACHE = 'node-compile-cache';

let temp: string;

beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'gw-e2e-demo-'));
});

afterEach(() => rmSync(temp, { recursive: true, force: true }));

describe('gw demo off a terminal', () => {
  test(
    'serves every request through every outage, says so, and leaves nothing behind [promise:demo-serves]',
    async () => {
      const { exit, out, err } = await finish(demo('--json'));
      const result = parseJson(out);
      expect(exit, err).toBe(0);
      expect(result).toMatchObject({ ok: true, failures: [], leftOut: [], total: { wrong: 0, told: 0 } });
      const phases = field(result, 'phases');
      expect(Array.isArray(phases) ? phases.map((phase) => field(phase, 'title')) : []).toEqual([
        'all well',
        'rate limited',
        'overloaded',
        'stalled',
        'gone',
        'two down',
        'recovered',
      ]);
      // Nobody would be convinced by outages that nobody met.
      expect(field(field(result, 'total'), 'failovers')).toBeGreaterThanOrEqual(5 * 8);
      expect(Object.keys(Object(field(field(result, 'total'), 'servedBy')))).toHaveLength(3);
      expect(field(field(result, 'story'), 'failover')).toBe(true);
      expect(err).toContain('sim-openai is gone');
      expect(left()).toEqual([]);
    },
    TIME_MS,
  );

  test(
    'tells a person what happened, with the story of one request and a table',
    async () => {
      const { exit, out } = await finish(demo('--seconds', '4', '--seed', '5'));
      expect(exit).toBe(0);
      expect(out).toContain('sim-openai answers 429');
      expect(out).toContain('One of these requests, as gw why tells it:');
      expect(out).toMatch(/rate limited +8 +8 +8 /);
      expect(out).toContain('There was no time for: ');
      expect(out).toContain('was answered, whole and correct');
      expect(left()).toEqual([]);
    },
    TIME_MS,
  );

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends its daemon and removes its home at %s',
    async (signal) => {
      const child = demo();
      let seen = '';
      child.stdout?.on('data', (chunk) => (seen += String(chunk)));
      await waitUntil(() => seen.includes('sim-openai answers 429'), TIME_MS);
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(seen)?.[0] ?? '';
      const ended = finish(child);
      child.kill(signal);
      expect((await ended).exit).toBe(130);
      expect(left()).toEqual([]);
      await expect(fetch(`${address}/v1/models`)).rejects.toThrow();
    },
    TIME_MS,
  );

  test(
    'leaves neither daemon nor home behind when it is killed outright',
    async () => {
      const child = demo();
      let seen = '';
      child.stdout?.on('data', (chunk) => (seen += String(chunk)));
      await waitUntil(() => seen.includes('sim-openai answers 429'), TIME_MS);
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(seen)?.[0] ?? '';
      const ended = finish(child);
      child.kill('SIGKILL');
      expect((await ended).exit).toBeNull();
      await waitUntil(() => left().length === 0, TIME_MS);
      await expect(fetch(`${address}/v1/models`)).rejects.toThrow();
    },
    TIME_MS,
  );

  test(
    'leaves nothing behind when its reader goes away',
    async () => {
      const child = demo();
      child.stdout?.once('data', () => child.stdout?.destroy());
      await once(child, 'exit');
      expect(left()).toEqual([]);
    },
    TIME_MS,
  );
});

/** No key, no home, no gw of its owner's: as on a machine that never saw gw. */
function demo(...words: string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'demo', ...words], {
    env: { PATH: process.env['PATH'] ?? '', HOME: join(temp, 'nobody'), TMPDIR: temp },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finish(child: ChildProcess) {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => (out += String(chunk)));
  child.stderr?.on('data', (chunk) => (err += String(chunk)));
  const [exit] = await once(child, 'close');
  return { exit, out, err };
}

/** What the demo left where it keeps its things, and where a gw of the user's would be. */
function left(): string[] {
  return readdirSync(temp).filter((name) => name !== COMPILE_CACHE);
}
