import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { fileTrouble } from '../../../src/cli/file-trouble.ts';

function caught(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('a place that cannot be written is told as such, with the way to another', () => {
  const home = mkdtempSync(join(tmpdir(), 'gw-trouble-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(join(home, 'file'), '');
  const error = caught(() => mkdirSync(join(home, 'file', 'gw'), { recursive: true }));
  expect(fileTrouble(error)).toMatchObject({
    message: `gw cannot use ${join(home, 'file', 'gw')}`,
    why: 'something on its path is not a directory (ENOTDIR)',
    fix: expect.stringContaining('export GW_HOME='),
  });
});

test.each([
  [{ code: 'EROFS', path: '/h', syscall: 'open' }, 'the file system is read-only (EROFS)'],
  [{ code: 'ENOENT', path: '/h', syscall: 'mkdir' }, 'the directory cannot be made (ENOENT)'],
])('%o has a reason in words', (error, why) => {
  expect(fileTrouble(error)?.why).toBe(why);
});

test.each([new TypeError('x is not a function'), { code: 'ENOENT', path: '/h', syscall: 'open' }, 'text'])(
  '%o stays a defect of gw',
  (error) => {
    expect(fileTrouble(error)).toBeUndefined();
  },
);
