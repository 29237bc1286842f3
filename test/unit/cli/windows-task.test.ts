import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';

import { describe, expect, it } from 'vitest';

const SCRIPT = readFileSync(join(import.meta.dirname, '../../../bin/windows-task.js'), 'utf8');

/** Runs the script as Windows Script Host would; each run of gw ends with the next of these codes. */
function runTask(words: readonly string[], endings: readonly { code: number; after?: number }[]) {
  const lines: unknown[] = [];
  const waits: number[] = [];
  let quit: number | undefined;
  let now = 0;
  const left = [...endings];
  const Arguments = Object.assign((index: number) => words[index], {});
  Object.defineProperty(Arguments, 'length', { value: words.length });
  class ActiveXObject {
    Run(...asked: unknown[]): number {
      lines.push(asked);
      const ending = left.shift();
      if (ending === undefined) throw new Error('begun once too often');
      now += ending.after ?? 0;
      return ending.code;
    }
  }
  class Clock {
    getTime(): number {
      return now;
    }
  }
  const WScript = {
    Arguments,
    Sleep: (ms: number) => waits.push(ms),
    Quit: (code: number) => {
      quit = code;
    },
  };
  vm.runInNewContext(SCRIPT, { WScript, ActiveXObject, Date: Clock });
  return { lines, waits, quit };
}

const WORDS = ['--', 'C:\\Program Files\\node.exe', 'C:\\npm\\gw.js', 'serve'];
const LINE = '"C:\\Program Files\\node.exe" "C:\\npm\\gw.js" "serve"';

describe('what keeps gw running on Windows', () => {
  it('runs it without a window, waits for it, and ends when it ended well', () => {
    expect(runTask(WORDS, [{ code: 0 }])).toEqual({ lines: [[LINE, 0, true]], waits: [], quit: 0 });
  });

  it('begins it again after a crash, waiting longer each time up to a minute', () => {
    const crash = { code: 1 };
    const { waits, lines, quit } = runTask(WORDS, [...Array.from({ length: 7 }, () => crash), { code: 0 }]);
    expect(lines).toHaveLength(8);
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(quit).toBe(0);
  });

  it('begins it at once again when it had run well for long', () => {
    const endings = [{ code: 1 }, { code: 1 }, { code: 1, after: 700_000 }, { code: 0 }];
    expect(runTask(WORDS, endings).waits).toEqual([2_000, 4_000, 2_000]);
  });

  it('lets it be when it would end the same way again', () => {
    expect(runTask(WORDS, [{ code: 4 }])).toMatchObject({ waits: [], quit: 4 });
    expect(runTask(WORDS, [{ code: 2 }])).toMatchObject({ waits: [], quit: 2 });
  });

  it('gives it the variables that come first, whatever is in them', () => {
    const { lines } = runTask(['GW_HOME=D:\\my gw', 'HTTPS_PROXY=http://p?a&b', ...WORDS], [{ code: 0 }]);
    const set = 'set "GW_HOME=D:\\my gw"&& set "HTTPS_PROXY=http://p?a&b"&& ';
    expect(lines).toEqual([[`%ComSpec% /d /s /c "${set}${LINE}"`, 0, true]]);
  });

  it('keeps a backslash at the end of a word from taking the quote with it', () => {
    expect(runTask(['--', 'a b\\'], [{ code: 0 }]).lines).toEqual([['"a b\\\\"', 0, true]]);
  });
});
