import { expect, test } from 'vitest';

import { CommandError } from '../../../src/cli/error.ts';
import { runProgram } from '../../../src/cli/program.ts';

test.each([
  ['strat', "unknown command 'strat'", 'did you mean start? Otherwise: gw --help'],
  ['xyzzy', "unknown command 'xyzzy'", 'gw --help'],
  ['provider ad', "unknown command 'ad'", 'did you mean add? Otherwise: gw provider --help'],
  ['status --jsn', "unknown option '--jsn'", 'did you mean --json? Otherwise: gw status --help'],
  ['route add x', "missing required argument 'target'", 'gw route add --help'],
  ['why --last --failover', "unknown option '--failover'", 'gw why --help'],
  ['strat --help', "unknown command 'strat'", 'did you mean start? Otherwise: gw --help'],
  ['help xyzzy', "unknown command 'xyzzy'", 'gw --help'],
  ['provider ad --help', "unknown command 'ad'", 'did you mean add? Otherwise: gw provider --help'],
])('gw %s is answered with what is wrong and where help is', async (words, what, fix) => {
  const error: unknown = await runProgram(words.split(' '), '0.0.0').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CommandError);
  expect(error).toMatchObject({ message: what, fix, exit: 2 });
});

test.each([
  ['start --prt 1', /^its words are: gw start \[--port <number>\]/],
  ['provider ad', /^gw provider has add, list, /],
])('gw %s says what would have been understood', async (words, why) => {
  const error: unknown = await runProgram(words.split(' '), '0.0.0').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ why: expect.stringMatching(why) });
});
