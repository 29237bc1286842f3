import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { KeptAnswer } from '../../../src/core/ports.ts';
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { type AnswerCache, openAnswerCache, openDatabase } from '../../../src/store/index.ts';

let folder = '';
let opened: AnswerCache[] = [];
let logged: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gw-answers-'));
  opened = [];
  logged = [];
});

afterEach(async () => {
  await Promise.all(opened.map((each) => each.close()));
  rmSync(folder, { recursive: true });
});

function open(settings: Partial<(typeof DEFAULT_SETTINGS)['cache']> = {}): AnswerCache {
  const made = openAnswerCache({
    path: join(folder, 'answers.db'),
    settings: { ...DEFAULT_SETTINGS.cache, ...settings },
    log: { write: (_, event) => void logged.push(event) },
    clock: systemClock,
  });
  opened.push(made);
  return made;
}

function answer(text: string, more: Partial<KeptAnswer> = {}): KeptAnswer {
  return {
    at: Date.now(),
    until: Date.now() + 60_000,
    status: 200,
    headers: ['content-type', 'application/json'],
    body: Buffer.from(text),
    stream: false,
    profile: 'default',
    route: 'main',
    from: { provider: 'openai', model: 'm', key: 'K' },
    source: 'abc',
    usage: { input: 1, output: 2 },
    calls: false,
    standIn: false,
    ...more,
  };
}

/** Waits for what was handed to the disk before: its thread answers in order. */
async function settled(cache: AnswerCache): Promise<void> {
  await cache.status();
}

describe('kept answers', () => {
  it('are found at once in memory', () => {
    const cache = open();
    cache.keep('k', answer('hello'));
    expect(cache.find('k')).toEqual(answer('hello', { at: expect.any(Number), until: expect.any(Number) }));
  });

  it('survive a restart, byte for byte, with all that is known of them', async () => {
    const kept = answer('\u0000ÿ\r\n{"x":1}', { stream: true, calls: true, standIn: true });
    const first = open();
    first.keep('k', kept);
    await first.close();
    expect(await open().find('k')).toEqual(kept);
  });

  it('are in a file that nobody else can read', async () => {
    const cache = open();
    cache.keep('k', answer('hello'));
    await settled(cache);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });

  it('leave no trace on disk before anything is kept, nor where the disk is off', async () => {
    expect(await open().find('k')).toBeUndefined();
    const memoryOnly = open({ disk: false });
    memoryOnly.keep('k', answer('hello'));
    expect(await memoryOnly.status()).toEqual({ memory: { entries: 1, bytes: 1029 }, dropped: 0 });
    await memoryOnly.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are forgotten when they are cleared, and their bytes are gone from the disk', async () => {
    const cache = open();
    cache.keep('a', answer('hello'));
    cache.keep('b', answer('hello'));
    expect(await cache.clear()).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
    expect(await cache.find('a')).toBeUndefined();
    cache.keep('c', answer('again'));
    await settled(cache);
    expect((await cache.status()).disk?.entries).toBe(1);
  });

  it('stay below their limits, the oldest going first', async () => {
    const cache = open({ maxBytes: 256 * 1024, memoryBytes: 64 * 1024 });
    for (let n = 0; n < 100; n++) cache.keep(`k${n}`, answer('x'.repeat(10_000)));
    const { memory, disk } = await cache.status();
    expect(memory.bytes).toBeLessThanOrEqual(64 * 1024);
    // What came since it was last tidied may be on top.
    expect(disk?.bytes).toBeLessThanOrEqual(256 * 1024 + 21 * 16 * 1024);
    expect(disk?.entries).toBeGreaterThan(0);
    expect(await cache.find('k0')).toBeUndefined();
    expect(await cache.find('k99')).toBeDefined();
  });

  it('that are of no use any more go from the disk', async () => {
    const cache = open();
    cache.keep('old', answer('old', { until: Date.now() - 1 }));
    for (let n = 0; n < 40; n++) cache.keep(`k${n}`, answer('new'));
    expect((await cache.status()).disk?.entries).toBe(40);
  });

  it('that are larger than the memory pass it by', async () => {
    const cache = open({ memoryBytes: 2048 });
    cache.keep('k', answer('x'.repeat(5000)));
    expect(cache.peek('k')).toBeUndefined();
    await settled(cache);
    expect((await cache.find('k'))?.body.length).toBe(5000);
  });
});

describe('trouble with the disk', () => {
  it('is a damaged file: it is set aside, said, and a new one begun [promise:cache-disk-faults]', async () => {
    const path = join(folder, 'answers.db');
    writeFileSync(path, 'this is no database, '.repeat(1000), { mode: 0o600 });
    const cache = open();
    expect(await cache.find('k')).toBeUndefined();
    expect(cache.problem()).toContain('damaged');
    expect(logged).toEqual(['cache-set-aside']);
    expect(readdirSync(folder).some((name) => name.startsWith('answers.db.damaged-'))).toBe(true);
    cache.keep('k', answer('hello'));
    await settled(cache);
    expect((await cache.status()).disk?.entries).toBe(1);
    await cache.clear();
    expect([cache.problem(), readdirSync(folder)]).toEqual([undefined, []]);
  });

  it('is a lock held by another program: nobody waits for it, and it is used again afterwards', async () => {
    const cache = open();
    cache.keep('first', answer('hello'));
    await settled(cache);
    const other = openDatabase(join(folder, 'answers.db'));
    other.exec('BEGIN IMMEDIATE');
    cache.keep('second', answer('hello'));
    const status = await cache.status();
    expect(status).toMatchObject({ dropped: 1 });
    expect(logged).toContain('cache-refused');
    expect(cache.find('second')).toBeDefined();
    other.exec('ROLLBACK');
    other.close();
    cache.keep('third', answer('hello'));
    await settled(cache);
    expect(cache.problem()).toBeUndefined();
    expect(logged).toContain('cache-resumed');
  });

  it('is a place where nothing can be written: answers are kept in memory', async () => {
    const path = join(folder, 'answers.db');
    const cache = open();
    // A directory in its place: even root cannot write that.
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    cache.keep('k', answer('hello'));
    const status = await cache.status();
    rmSync(folder);
    folder = mkdtempSync(join(tmpdir(), 'gw-answers-'));
    expect(status.problem).toContain(path);
    expect(cache.find('k')).toBeDefined();
  });

  it('is a file of a newer gw: it is left alone', async () => {
    const path = join(folder, 'answers.db');
    const other = openDatabase(path);
    other.exec('PRAGMA user_version = 99; CREATE TABLE theirs (x)');
    other.close();
    chmodSync(path, 0o600);
    const cache = open();
    cache.keep('k', answer('hello'));
    await settled(cache);
    expect(cache.problem()).toContain('newer gw');
    expect(existsSync(path)).toBe(true);
  });
});
