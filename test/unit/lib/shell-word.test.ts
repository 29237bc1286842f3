import { execFileSync } from 'node:child_process';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { shellWord } from '../../../src/lib/shell-word.ts';

describe('a word for a shell', () => {
  it('stays as it is where that is safe', () => {
    expect(shellWord('groq/openai/gpt-oss-20b:free')).toBe('groq/openai/gpt-oss-20b:free');
  });

  it('is quoted where a shell would read something else into it', () => {
    expect(shellWord("it's here; rm *")).toBe(String.raw`'it'\''s here; rm *'`);
    expect(['~', '~/a', 'x=~', '=ls', ''].map(shellWord)).toEqual(["'~'", "'~/a'", "'x=~'", "'=ls'", "''"]);
    expect(shellWord('target=3')).toBe('target=3');
  });

  it.skipIf(process.platform === 'win32')('is read back by a shell as it was', () => {
    const words = fc.array(
      fc.string({ minLength: 1 }).filter((text) => !/[\0\r\n]/.test(text)),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(words, (texts) => {
        const script = texts.map((text) => `printf '%s\\n' ${shellWord(text)}`).join('; ');
        expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`${texts.join('\n')}\n`);
      }),
      { numRuns: 20 },
    );
  });
});
