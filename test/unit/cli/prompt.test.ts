import { describe, expect, test } from 'vitest';

import { CommandError } from '../../../src/cli/error.ts';
import { askSecret, choose, confirm } from '../../../src/cli/prompt.ts';
import { testContext } from '../../cli-context.ts';
import { temporaryHome } from './provider-ground.ts';

function person(stdinText: string) {
  return testContext({ home: temporaryHome(), interactive: true, stdinText });
}

describe('a prompt', () => {
  test('does not show a secret while it is typed', async () => {
    const context = person('sk-canary-1\n');
    expect(await askSecret(context, { question: 'Key:', instead: '' })).toBe('sk-canary-1');
    expect(context.out + context.err).toBe('Key: \n');
  });

  test.each([
    ['\n', 0],
    ['2\n', 1],
  ])('takes %j for the choice with index %i', async (typed, index) => {
    expect(await choose(person(typed), { question: 'Which?', choices: ['a', 'b'], instead: '' })).toBe(index);
  });

  test('asks nobody without a terminal, shows no choices, and names the way without', async () => {
    const context = testContext({ home: temporaryHome() });
    const asked = choose(context, { question: 'Which?', choices: ['a'], instead: 'pass --which' });
    await expect(asked).rejects.toMatchObject({ exit: 2, fix: 'pass --which' });
    expect(context.err).toBe('');
  });

  test('that is left with the end of input changes nothing, and ends its line', async () => {
    const context = person('');
    const asked = confirm(context, { question: 'Sure?', otherwise: true, instead: '' });
    await expect(asked).rejects.toBeInstanceOf(CommandError);
    await expect(asked).rejects.toMatchObject({ exit: 130 });
    expect(context.err).toMatch(/\n$/);
  });
});
