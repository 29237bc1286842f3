import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Capture } from '../../../src/core/capture.ts';
import { NIGHT, sampleTrail } from '../../sample-trail.ts';
import { closeRecorders, countRows, recorderAt, withArchive } from './recorder-ground.ts';

let home: string;
let path: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-capture-'));
  path = join(home, 'requests.db');
});

afterEach(async () => {
  await closeRecorders();
  rmSync(home, { recursive: true, force: true });
});

function sampleCapture(request: string | Buffer, change: Partial<Capture> = {}): Capture {
  const message = { headers: [['content-type', 'application/json']], isCut: false } as const;
  const body = Buffer.from(request);
  return {
    head: {
      url: '/v1/chat/completions',
      request: { ...message, bytes: body.length },
      answer: { ...message, bytes: 9 },
    },
    request: [body],
    answer: [Buffer.from('data: '), Buffer.from('ä\n')],
    hidden: [],
    ...change,
  };
}

/** Bytes that no compression makes smaller. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(Uint8Array.from({ length }, () => (state = (state * 48_271) % 2_147_483_647)));
}

describe('captured bodies', () => {
  test('are read as they were, beside their exchange', async () => {
    const recorder = recorderAt(path);
    const trail = sampleTrail();
    recorder.record(trail, sampleCapture('{"model":"m"}'));
    recorder.record(sampleTrail({ at: NIGHT + 1 }));
    await recorder.flush();
    const found = withArchive(path, (archive) => archive.capture(trail.id));
    expect(found?.request.body.toString()).toBe('{"model":"m"}');
    expect(found?.answer.body.toString()).toBe('data: ä\n');
    expect(found?.request).toMatchObject({ bytes: 13, isCut: false });
    expect(found?.url).toBe('/v1/chat/completions');
    const ids = withArchive(path, (archive) => archive.list({}).map(({ id }) => archive.capture(id)?.url));
    expect(ids).toEqual(['/v1/chat/completions', undefined]);
  });

  test("reach the disk without what is hidden, and the file is nobody else's to read", async () => {
    const recorder = recorderAt(path);
    const trail = sampleTrail();
    const secret = 'sk-0123456789';
    recorder.record(trail, sampleCapture(`ä ${secret} ö`, { hidden: [[secret, '[secret …6789]']] }));
    await recorder.close();
    const found = withArchive(path, (archive) => archive.capture(trail.id));
    expect(found?.request.body.toString()).toBe('ä [secret …6789] ö');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('leave when their exchange does', async () => {
    const recorder = recorderAt(path, { maxAgeDays: 2 });
    const old = sampleTrail({ at: NIGHT - 5 * 86_400_000 });
    recorder.record(old, sampleCapture('old'));
    recorder.record(sampleTrail(), sampleCapture('new'));
    await recorder.flush();
    await expect.poll(() => countCaptures(), { timeout: 10_000 }).toBe(1);
    expect(countRows(path)).toBe(1);
  });

  test('make room for exchanges before those do for them', async () => {
    const maxBytes = 4 * 1024 * 1024;
    const recorder = recorderAt(path, { maxBytes });
    for (let i = 0; i < 60; i++) {
      recorder.record(sampleTrail({ at: NIGHT + i }), sampleCapture(noise(256 * 1024)));
      if (i % 10 === 9) await recorder.flush();
    }
    await recorder.close();
    const again = recorderAt(path, { maxBytes });
    const last = sampleTrail({ at: NIGHT + 100 });
    again.record(last, sampleCapture('the last'));
    await again.flush();
    await expect.poll(() => statSync(path).size, { timeout: 10_000 }).toBeLessThan(2 * maxBytes);
    await expect.poll(countCaptures, { timeout: 10_000 }).toBeLessThan(20);
    await again.close();
    expect(countRows(path)).toBe(61);
    expect(withArchive(path, (archive) => archive.capture(last.id))?.request.body.toString()).toBe(
      'the last',
    );
  });

  test('are not missed in a log from before there were any', async () => {
    const recorder = recorderAt(path);
    const trail = sampleTrail();
    recorder.record(trail);
    await recorder.close();
    const database = new DatabaseSync(path);
    database.exec('DROP TABLE captured');
    database.close();
    expect(withArchive(path, (archive) => archive.capture(trail.id))).toBeUndefined();
    const later = recorderAt(path);
    const next = sampleTrail({ at: NIGHT + 1 });
    later.record(next, sampleCapture('again'));
    await later.flush();
    expect(withArchive(path, (archive) => archive.capture(next.id))).toBeDefined();
  });
});

function countCaptures(): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(database.prepare('SELECT count(*) AS count FROM captured').get()?.['count']);
  } finally {
    database.close();
  }
}
