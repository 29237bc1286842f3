import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openArchive } from '../../../src/store/index.ts';
import { NIGHT, sampleTrail } from '../../sample-trail.ts';
import { closeRecorders, countRows, Lines, recorderAt, withArchive } from './recorder-ground.ts';

let home: string;
let path: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-store-'));
  path = join(home, 'state', 'requests.db');
});

afterEach(async () => {
  await closeRecorders();
  rmSync(home, { recursive: true, force: true });
});

describe('recording', () => {
  test('keeps each exchange whole, readable while the writer is still at work', async () => {
    const recorder = recorderAt(path);
    const trail = sampleTrail({ message: 'naïve “quotes”\nand a line break' });
    recorder.record(trail);
    await recorder.flush();
    expect(withArchive(path, (archive) => archive.find(trail.id))).toEqual([trail]);
    expect(recorder.dropped).toBe(0);
    expect(recorder.problem()).toBeUndefined();
  });

  test('takes an exchange down as it is at that moment', async () => {
    const recorder = recorderAt(path);
    const trail = sampleTrail();
    const later = { ...trail, message: 'as it was' };
    recorder.record(later);
    later.message = 'changed afterwards';
    await recorder.flush();
    expect(withArchive(path, (archive) => archive.last())).toEqual({ ...trail, message: 'as it was' });
  });

  test('keeps exchanges of any length, among short ones, in their order', async () => {
    const recorder = recorderAt(path);
    const lengths = [10, 3_000_000, 20, 200_000, 200_000, 400_000, 30];
    const trails = lengths.map((length, i) => sampleTrail({ at: NIGHT + i, message: 'é'.repeat(length) }));
    for (const trail of trails) recorder.record(trail);
    await recorder.flush();
    expect(withArchive(path, (archive) => [...archive.each({})])).toEqual(trails);
    expect(recorder.dropped).toBe(0);
  });

  test('touches no disk before the first exchange', async () => {
    const recorder = recorderAt(path);
    await recorder.flush();
    await recorder.close();
    expect(readdirSync(home)).toEqual([]);
  });

  test('writes what waits without being asked to', async () => {
    const recorder = recorderAt(path);
    recorder.record(sampleTrail());
    await expect.poll(() => openArchive(path).is === 'ok' && countRows(path), { timeout: 10_000 }).toBe(1);
    expect(recorder.dropped).toBe(0);
  });

  test('close commits the rest and leaves one file', async () => {
    const recorder = recorderAt(path);
    for (let i = 0; i < 950; i++) recorder.record(sampleTrail({ at: NIGHT + i }));
    await recorder.close();
    expect(readdirSync(join(home, 'state'))).toEqual(['requests.db']);
    expect(countRows(path)).toBe(950);
  });

  test('counts what is recorded after close as dropped', async () => {
    const recorder = recorderAt(path);
    await recorder.close();
    recorder.record(sampleTrail());
    expect(recorder.dropped).toBe(1);
  });

  test('drops and counts rows beyond the bounded queue, without blocking', async () => {
    const recorder = recorderAt(path);
    const trail = sampleTrail();
    // Synchronously, so that the writing thread has no chance to take anything beyond its first batch.
    for (let i = 0; i < 25_000; i++) recorder.record(trail);
    expect(recorder.dropped).toBe(25_000 - 20_500);
    await recorder.flush();
    expect(recorder.dropped).toBe(25_000 - 20_500);
  });

  test('two writers share one log and lose nothing', async () => {
    const [first, second] = [recorderAt(path), recorderAt(path)];
    for (let i = 0; i < 3_000; i++) {
      first.record(sampleTrail({ at: NIGHT + i }));
      second.record(sampleTrail({ at: NIGHT + i }));
    }
    await Promise.all([first.flush(), second.flush()]);
    expect(countRows(path)).toBe(6_000);
    expect(first.dropped + second.dropped).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('where it is kept', () => {
  test('directory and files are for their owner alone', async () => {
    const recorder = recorderAt(path);
    recorder.record(sampleTrail());
    await recorder.flush();
    expect(statSync(join(home, 'state')).mode & 0o777).toBe(0o700);
    const files = readdirSync(join(home, 'state')).sort();
    expect(files).toEqual(['requests.db', 'requests.db-shm', 'requests.db-wal']);
    for (const file of files) expect(statSync(join(home, 'state', file)).mode & 0o777).toBe(0o600);
  });

  test('closes a directory and a file that were open to others', async () => {
    mkdirSync(join(home, 'state'), { mode: 0o755 });
    writeFileSync(path, '', { mode: 0o644 });
    const recorder = recorderAt(path);
    recorder.record(sampleTrail());
    await recorder.flush();
    expect(statSync(join(home, 'state')).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.each(['', '-wal', '-shm'])('does not follow a symbolic link at requests.db%s', async (suffix) => {
    mkdirSync(join(home, 'state'), { mode: 0o700 });
    const victim = join(home, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, path + suffix);
    const recorder = recorderAt(path);
    recorder.record(sampleTrail());
    await recorder.flush();
    expect(recorder.problem()).toContain('symbolic link');
    expect(recorder.dropped).toBe(1);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });
});

describe('trouble', () => {
  test('says when the place cannot be a directory, and drops without holding rows', async () => {
    writeFileSync(join(home, 'state'), 'a file');
    const log = new Lines();
    const recorder = recorderAt(path, {}, log);
    recorder.record(sampleTrail());
    await recorder.flush();
    recorder.record(sampleTrail());
    expect(recorder.dropped).toBe(2);
    expect(recorder.problem()).toContain('something on its path is not a directory');
    expect(log.events).toContain('error record-refused');
  });

  test('leaves a database of a newer gw untouched and says so', async () => {
    mkdirSync(join(home, 'state'), { mode: 0o700 });
    const newer = new DatabaseSync(path);
    newer.exec('CREATE TABLE future (x); INSERT INTO future VALUES (1); PRAGMA user_version = 99');
    newer.close();
    const before = readFileSync(path);
    const recorder = recorderAt(path);
    recorder.record(sampleTrail());
    await recorder.close();
    expect(recorder.problem()).toContain('newer gw');
    expect(recorder.dropped).toBe(1);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(openArchive(path)).toMatchObject({ is: 'failed', fault: expect.stringContaining('newer gw') });
  });

  test('moves what an older gw recorded into its own layout', async () => {
    const [first, second] = [sampleTrail({ at: NIGHT }), sampleTrail({ at: NIGHT + 1 })];
    mkdirSync(join(home, 'state'), { mode: 0o700 });
    const older = new DatabaseSync(path);
    older.exec('CREATE TABLE exchange (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, status INTEGER, trail TEXT)');
    older.prepare('INSERT INTO exchange (id, trail) VALUES (?, ?)').run(first.id, JSON.stringify(first));
    older.exec('CREATE INDEX notable ON exchange (id) WHERE status <> 200; PRAGMA user_version = 1');
    older.close();
    expect(openArchive(path)).toMatchObject({ is: 'failed', fault: expect.stringContaining('older gw') });
    const recorder = recorderAt(path);
    recorder.record(second);
    await recorder.flush();
    expect(recorder.problem()).toBeUndefined();
    expect(withArchive(path, (archive) => archive.list({ status: [200, 200] }))).toEqual([first, second]);
  });

  test('sets a file that is no database aside, never deletes it, and goes on with a new one', async () => {
    mkdirSync(join(home, 'state'), { mode: 0o700 });
    const garbage = Buffer.alloc(20_000, 'not a database ');
    writeFileSync(path, garbage);
    const log = new Lines();
    const recorder = recorderAt(path, {}, log);
    recorder.record(sampleTrail());
    await recorder.flush();
    const aside = readdirSync(join(home, 'state')).filter((name) => name.includes('.damaged-'));
    expect(aside).toEqual(['requests.db.damaged-20260601T012603Z']);
    expect(readFileSync(join(home, 'state', aside[0] ?? '')).equals(garbage)).toBe(true);
    expect(countRows(path)).toBe(1);
    expect(recorder.dropped).toBe(0);
    expect(recorder.problem()).toContain('set aside');
    expect(log.events).toContain('warn record-set-aside');
  });

  test('sets a database aside whose pages were damaged while it lay still', async () => {
    const before = recorderAt(path);
    for (let i = 0; i < 2_000; i++) before.record(sampleTrail({ at: NIGHT + i }));
    await before.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 8192);
    writeFileSync(path, bytes);
    const recorder = recorderAt(path);
    recorder.record(sampleTrail());
    await recorder.flush();
    expect(recorder.dropped).toBe(0);
    expect(countRows(path)).toBe(1);
  });

  test('keeps rows while another program holds the lock, and writes them when it lets go', async () => {
    const recorder = recorderAt(path);
    recorder.record(sampleTrail());
    await recorder.flush();
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    recorder.record(sampleTrail());
    await recorder.flush();
    expect(recorder.problem()).toContain('locked by another program');
    other.exec('COMMIT');
    other.close();
    await recorder.flush();
    expect(recorder.problem()).toBeUndefined();
    expect(recorder.dropped).toBe(0);
    expect(countRows(path)).toBe(2);
  });
});
