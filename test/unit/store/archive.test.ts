import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Trail } from '../../../src/core/trail.ts';
import {
  type Archive,
  openArchive,
  openRecorder,
  type Recorder,
  type TrailFilter,
} from '../../../src/store/index.ts';
import { failedAttempt, failoverTrail, NIGHT, sampleTrail } from '../../sample-trail.ts';

const home = mkdtempSync(join(tmpdir(), 'gw-archive-'));
const path = join(home, 'requests.db');
const MINUTE_MS = 60_000;

const plain = sampleTrail({ at: NIGHT, client: { name: 'curl' } });
const rescued = failoverTrail({ at: NIGHT + MINUTE_MS });
const lost = sampleTrail({
  at: NIGHT + 2 * MINUTE_MS,
  asked: 'gpt-4o-mini',
  route: 'cheap',
  attempts: [failedAttempt()],
  outcome: 'failed',
  status: 503,
  fault: 'exhausted',
  message: 'every target was tried: 100% of them',
  served: undefined as never,
});
const limited = sampleTrail({ at: NIGHT + 3 * MINUTE_MS, outcome: 'failed', status: 429 });
const drill = sampleTrail({ at: NIGHT + 4 * MINUTE_MS, rehearsal: true });
const names = new Map<string, string>([
  [plain.id, 'plain'],
  [rescued.id, 'rescued'],
  [lost.id, 'lost'],
  [limited.id, 'limited'],
  [drill.id, 'drill'],
]);

let recorder: Recorder;
let archive: Archive;

beforeAll(async () => {
  recorder = openRecorder({
    path,
    settings: { maxAgeDays: 36_500, maxBytes: 1e8 },
    log: { write: () => {} },
  });
  // In the order they ended: the plain one began first and took longest.
  for (const trail of [rescued, lost, limited, drill, plain]) recorder.record(trail);
  await recorder.flush();
  const opened = openArchive(path);
  if (opened.is === 'failed') throw new Error(opened.fault);
  archive = opened.value;
});

afterAll(async () => {
  archive.close();
  await recorder.close();
  rmSync(home, { recursive: true, force: true });
});

const nameAll = (trails: readonly Trail[]): (string | undefined)[] => trails.map(({ id }) => names.get(id));

describe('the archive', () => {
  const cases: readonly [string, TrailFilter, readonly string[]][] = [
    ['everything but rehearsals, oldest first', {}, ['plain', 'rescued', 'lost', 'limited']],
    ['rehearsals too when asked', { rehearsals: true }, ['plain', 'rescued', 'lost', 'limited', 'drill']],
    ['the newest when there is a limit', { limit: 2 }, ['lost', 'limited']],
    ['since', { since: NIGHT + 2 * MINUTE_MS }, ['lost', 'limited']],
    ['until', { until: NIGHT + MINUTE_MS }, ['plain']],
    ['a class of status', { status: [500, 599] }, ['lost']],
    [
      'a provider that was asked and did not serve',
      { provider: 'openai' },
      ['plain', 'rescued', 'lost', 'limited'],
    ],
    ['a provider that served', { provider: 'groq' }, ['rescued']],
    ['a provider by its whole name only', { provider: 'gro' }, []],
    ['the model asked for', { model: 'gpt-4o-mini' }, ['lost']],
    ['the model that served', { model: 'llama*' }, ['rescued']],
    ['a glob of models', { model: 'gpt-4o*' }, ['plain', 'rescued', 'lost', 'limited']],
    ['a route', { route: 'cheap' }, ['lost']],
    ['a client', { client: 'curl' }, ['plain']],
    ['outcomes', { outcome: ['failed', 'cut'] }, ['lost', 'limited']],
    ['failovers', { failover: true }, ['rescued']],
    ['text, literally', { text: '100% of' }, ['lost']],
    ['several at once', { outcome: ['failed'], status: [429, 429] }, ['limited']],
    [
      'what was written after an exchange, in the order it ended',
      { after: rescued.id },
      ['lost', 'limited', 'plain'],
    ],
    ['what follows an exchange that is no longer there', { after: `${lost.id}zz` }, ['limited']],
    ['nothing for a hostile name', { model: "x' OR 1=1 --" }, []],
  ];
  test.each(cases)('finds %s', (_, filter, expected) => {
    expect(nameAll(archive.list(filter))).toEqual(expected);
  });

  test('finds by the whole id, a beginning and an end of it, in any case', () => {
    expect(nameAll(archive.find(lost.id))).toEqual(['lost']);
    expect(nameAll(archive.find(lost.id.slice(0, 12)))).toEqual(['lost']);
    expect(nameAll(archive.find(lost.id.slice(-6).toUpperCase()))).toEqual(['lost']);
    expect(archive.find(lost.id.slice(0, 2)).length).toBe(5);
    expect(archive.find('%')).toEqual([]);
    expect(archive.find('')).toEqual([]);
  });

  test('knows the last one that began, and the one written last', () => {
    expect(archive.last()).toEqual(limited);
    expect(archive.last({ failover: true })).toEqual(rescued);
    expect(archive.newest()).toBe(plain.id);
  });

  test('walks through all that match in the order they ended', () => {
    expect(nameAll([...archive.each({})])).toEqual(['rescued', 'lost', 'limited', 'plain']);
    expect(nameAll([...archive.each({ since: NIGHT + MINUTE_MS })])).toEqual(['rescued', 'lost', 'limited']);
  });

  test('walks back from the newest, for whoever stops before the end', () => {
    const [newest] = archive.newestFirst({});
    expect(newest).toEqual(limited);
    expect(nameAll([...archive.newestFirst({})])).toEqual(['limited', 'lost', 'rescued', 'plain']);
  });

  test('is an outcome, not an exception, when there is none', () => {
    expect(openArchive(join(home, 'missing.db'))).toEqual({ is: 'failed', fault: 'absent' });
    writeFileSync(join(home, 'empty.db'), '');
    expect(openArchive(join(home, 'empty.db'))).toEqual({ is: 'failed', fault: 'absent' });
    writeFileSync(join(home, 'garbage.db'), 'x'.repeat(10_000));
    expect(openArchive(join(home, 'garbage.db'))).toMatchObject({
      is: 'failed',
      fault: expect.stringContaining('damaged'),
    });
  });
});
