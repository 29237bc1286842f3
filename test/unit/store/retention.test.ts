import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { NIGHT, sampleTrail } from '../../sample-trail.ts';
import { closeRecorders, recorderAt, withArchive } from './recorder-ground.ts';

const DAY_MS = 86_400_000;
let home: string;
let path: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-retention-'));
  path = join(home, 'requests.db');
});

afterEach(async () => {
  await closeRecorders();
  rmSync(home, { recursive: true, force: true });
});

describe('retention', () => {
  test('holds 20,000 rows to the size asked for, dropping the oldest', async () => {
    const maxBytes = 4 * 1024 * 1024;
    const recorder = recorderAt(path, { maxBytes });
    for (let i = 0; i < 20_000; i++) {
      recorder.record(sampleTrail({ at: NIGHT + i }));
      if (i % 2_000 === 0) await recorder.flush();
    }
    await recorder.close();
    expect(recorder.dropped).toBe(0);
    const again = recorderAt(path, { maxBytes });
    const last = sampleTrail({ at: NIGHT + 30_000 });
    again.record(last);
    await again.flush();
    await expect.poll(() => fileBytes(path), { timeout: 10_000 }).toBeLessThanOrEqual(maxBytes);
    const kept = withArchive(path, (archive) => archive.list({ limit: 100_000 }));
    expect(kept.length).toBeGreaterThan(2_000);
    expect(kept.at(-1)).toEqual(last);
    const oldest = kept[0]?.at ?? 0;
    expect(kept.map(({ at }) => at)).toEqual([
      ...Array.from({ length: kept.length - 1 }, (_, i) => oldest + i),
      last.at,
    ]);
  });

  test('removes what is older than the days asked for', async () => {
    const recorder = recorderAt(path, { maxAgeDays: 2 });
    for (let day = 5; day >= 0; day--) recorder.record(sampleTrail({ at: NIGHT - day * DAY_MS }));
    await recorder.flush();
    const ages = () =>
      withArchive(path, (archive) => archive.list({}).map(({ at }) => Math.round((NIGHT - at) / DAY_MS)));
    await expect.poll(ages, { timeout: 10_000 }).toEqual([1, 0]);
  });
});

/** The database's own idea of its size: the file itself shrinks at the next checkpoint. */
function fileBytes(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
  const size = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  database.close();
  return pages * size;
}
