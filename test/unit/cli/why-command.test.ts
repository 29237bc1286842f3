import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { command } from '../../../src/cli/commands/why.ts';
import { EXIT } from '../../../src/cli/error.ts';
import { NIGHT, sampleTrail } from '../../sample-trail.ts';
import { recordedHome, runAt } from './recorded-home.ts';
import { twiceLimited } from './twice-limited.ts';

describe('gw why', () => {
  const older = sampleTrail({ at: NIGHT - 1000 });
  let home: string;
  beforeAll(async () => {
    home = await recordedHome([older, twiceLimited]);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const run = (words: readonly string[], options = {}, more = {}) =>
    runAt(NIGHT, command, home, words, options, more);

  test('finds a request by its id, a beginning of it, or the end that tables show', async () => {
    for (const id of [older.id, older.id.slice(0, 9), older.id.slice(-7)]) {
      expect((await run([id])).out).toMatch(/^Served by openai\/gpt-4o in 1\.24s\.\n/);
    }
  });

  test('takes the last one with --last, and without an id says that it did', async () => {
    const asked = await run([], { last: true });
    expect(asked.out).toContain('after openai/gpt-4o failed twice');
    expect(asked.err).toBe('');
    const unasked = await run([]);
    expect(unasked.out).toBe(asked.out);
    expect(unasked.err).toContain('No id was given');
  });

  test('prints the trail with --json', async () => {
    expect((await run([older.id], {}, { json: true })).outJson).toEqual(older);
  });

  test('uses plain characters where the locale is not UTF-8', async () => {
    expect((await run([], { last: true }, { env: { LANG: 'C' } })).out).toMatch(/^[\n -~]+$/);
  });

  test('lists the candidates of an ambiguous id', async () => {
    const attempt = run([older.id.slice(0, 2)]);
    await expect(attempt).rejects.toMatchObject({ exit: EXIT.usage, why: expect.stringContaining(older.id) });
    await expect(attempt).rejects.toMatchObject({ why: expect.stringContaining(twiceLimited.id) });
  });

  test('says what to do about an unknown id, an empty log and a damaged one', async () => {
    await expect(run(['zzzzzz'])).rejects.toMatchObject({
      message: 'there is no request "zzzzzz"',
      fix: expect.stringContaining('gw requests'),
    });
    const empty = await recordedHome([]);
    await expect(runAt(NIGHT, command, empty, [], { last: true })).rejects.toMatchObject({
      message: 'there is no request yet',
      fix: expect.stringContaining('gw start'),
    });
    const damaged = await recordedHome([older]);
    writeFileSync(join(damaged, 'state', 'requests.db'), 'x'.repeat(9_000));
    await expect(runAt(NIGHT, command, damaged, [], { last: true })).rejects.toMatchObject({
      message: 'the request log cannot be read',
      why: expect.stringContaining('damaged'),
    });
    for (const each of [empty, damaged]) rmSync(each, { recursive: true, force: true });
  });

  test('refuses an id together with --last', async () => {
    await expect(run([older.id], { last: true })).rejects.toMatchObject({ exit: EXIT.usage });
  });
});
