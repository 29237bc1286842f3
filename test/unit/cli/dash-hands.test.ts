import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { bytesFor, clipboardPrograms, clipboardSequence, copyText } from '../../../src/cli/dash/clipboard.ts';
import { dashboardHands } from '../../../src/cli/dash/hands.ts';
import { lookOf } from '../../../src/cli/dash/look.ts';
import { testContext } from '../../cli-context.ts';
import { failoverTrail, NIGHT, sampleTrail } from '../../sample-trail.ts';
import { recordInto } from './recorded-home.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-hands-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('copying', () => {
  test('knows the programs of each desktop', () => {
    const names = (platform: NodeJS.Platform, env = {}) =>
      clipboardPrograms(platform, env).map(({ program }) => program);
    expect(names('darwin')).toEqual(['pbcopy']);
    expect(names('win32')).toEqual(['clip.exe']);
    expect(names('linux', { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' })).toEqual([
      'wl-copy',
      'xclip',
      'xsel',
    ]);
    expect(names('linux')).toEqual([]);
  });

  test('gives the one of Windows what it does not take for letters of its old code page', () => {
    expect(bytesFor('clip.exe', 'héllo')).toEqual(Buffer.from('héllo', 'utf16le'));
    expect(bytesFor('clip.exe', 'gw why 1m8\n')).toEqual(Buffer.from('gw why 1m8\n'));
    expect(bytesFor('pbcopy', 'héllo')).toEqual(Buffer.from('héllo'));
  });

  test('tells the terminal in any case, also over ssh where there is no desktop', async () => {
    const written: string[] = [];
    const way = await copyText('héllo', { platform: 'linux', env: {}, write: (text) => written.push(text) });
    expect(way).toContain('OSC 52');
    const payload = Buffer.from('héllo').toString('base64');
    expect(written).toEqual([`\u001B]52;c;${payload}\u0007`]);
  });

  test('has no way for a text that no terminal takes, and says so', async () => {
    const huge = 'x'.repeat(100_000);
    expect(clipboardSequence(huge)).toBeUndefined();
    expect(await copyText(huge, { platform: 'linux', env: {}, write: () => {} })).toBeUndefined();
  });
});

describe('the hands of the dashboard', () => {
  const context = () => Object.assign(testContext({ home }), { cwd: home });

  test('write a file for its owner alone, and never over another', async () => {
    const { save } = dashboardHands(context());
    const path = await save('a.json', '{}');
    expect(readFileSync(path, 'utf8')).toBe('{}');
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(save('a.json', 'other')).rejects.toThrow('EEXIST');
  });

  test('add up the record of the last days, without making one', async () => {
    const { clock } = context();
    const now = Object.assign(context(), { clock: { ...clock, now: () => NIGHT } });
    const { readSpending } = dashboardHands(now);
    expect((await readSpending(1)).total.requests).toBe(0);
    expect(existsSync(now.paths.database)).toBe(false);
    const day = 86_400_000;
    await recordInto(home, [
      sampleTrail({ at: NIGHT - 8 * day }),
      sampleTrail({ at: NIGHT - 2 * day }),
      failoverTrail({ at: NIGHT - 60_000 }),
    ]);
    const counts = await Promise.all(
      [1, 7, 30].map(async (days) => (await readSpending(days)).total.requests),
    );
    expect(counts).toEqual([1, 2, 3]);
  });
});

describe('the look', () => {
  test.each([
    [{}, {}, { ascii: false, light: false }],
    [{ LANG: 'C' }, {}, { ascii: true, light: false }],
    [{ COLORFGBG: '0;15' }, {}, { ascii: false, light: true }],
    [{ COLORFGBG: '15;0' }, { light: true, ascii: true }, { ascii: true, light: true }],
  ])('in %o, asked for %o, is %o', (env, asked, look) => {
    expect(lookOf({ env }, asked)).toEqual(look);
  });
});
