import { describe, expect, it } from 'vitest';

import { renameOver } from '../../../src/config/index.ts';

/** Renames as Windows does while somebody has the file open, for the first `times`; answers how it went. */
function attempt(times: number, code: string, platform: NodeJS.Platform) {
  const waits: number[] = [];
  let tries = 0;
  const rename = (): void => {
    if (tries++ < times) throw Object.assign(new Error(code), { code });
  };
  let failed = false;
  try {
    renameOver('a', 'b', { platform, rename, wait: (ms) => waits.push(ms) });
  } catch {
    failed = true;
  }
  return { tries, failed, waits };
}

describe('putting a file in the place of another', () => {
  it('is tried again on Windows while somebody looks at it, a little later each time', () => {
    expect(attempt(2, 'EPERM', 'win32')).toEqual({ tries: 3, failed: false, waits: [10, 20] });
    expect(attempt(1, 'EBUSY', 'win32')).toMatchObject({ tries: 2, failed: false });
  });

  it('is given up in the end, and at once where waiting helps nobody', () => {
    expect(attempt(99, 'EACCES', 'win32')).toMatchObject({ tries: 7, failed: true });
    expect(attempt(99, 'ENOSPC', 'win32')).toEqual({ tries: 1, failed: true, waits: [] });
    expect(attempt(99, 'EPERM', 'linux')).toEqual({ tries: 1, failed: true, waits: [] });
  });
});
