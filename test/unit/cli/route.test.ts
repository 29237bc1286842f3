import { describe, expect, test } from 'vitest';

import { command as addProvider } from '../../../src/cli/commands/provider/add.ts';
import { command as disable } from '../../../src/cli/commands/provider/disable.ts';
import { command as removeProvider } from '../../../src/cli/commands/provider/remove.ts';
import { command as add } from '../../../src/cli/commands/route/add.ts';
import { command as list } from '../../../src/cli/commands/route/list.ts';
import { command as move } from '../../../src/cli/commands/route/move.ts';
import { command as remove } from '../../../src/cli/commands/route/remove.ts';
import { command as resolve } from '../../../src/cli/commands/route/resolve.ts';
import { command as set } from '../../../src/cli/commands/route/set.ts';
import { command as show } from '../../../src/cli/commands/route/show.ts';
import { profileIn, terminal } from './provider-ground.ts';

const noTest = { test: false };
const KEYS = { OPENAI_API_KEY: 'k'.repeat(20), GROQ_API_KEY: 'k'.repeat(20) };

/** openai (in route default), groq, and mine, which has the model `own`. */
async function ground() {
  const made = terminal(undefined, { env: KEYS });
  await made.run(addProvider, ['openai'], noTest);
  await made.run(set, ['default', ['openai']]);
  await made.run(addProvider, ['groq'], noTest, { env: { ...KEYS } });
  await made.run(addProvider, ['mine'], { ...noTest, url: 'http://127.0.0.1:9/v1', model: ['own'] });
  return {
    ...made,
    targets: (route = 'default') => (profileIn(made.file()).routes[route] as { targets: string[] }).targets,
  };
}

describe('gw route set', () => {
  test('makes a route, and shows its order as a numbered list', async () => {
    const { run, file } = await ground();
    const { out } = await run(set, ['smart', ['openai/gpt-4o', 'groq']], { match: ['gpt-4*', 'big'] });
    expect(profileIn(file()).routes['smart']).toEqual({
      match: ['gpt-4*', 'big'],
      targets: ['openai/gpt-4o', 'groq'],
    });
    expect(out.trimEnd().split('\n')).toEqual([
      'Route smart answers to smart, gpt-4* and big:',
      '  1.  openai/gpt-4o',
      '  2.  groq           the model asked for',
    ]);
  });

  test('replaces targets, and keeps what it was not told to change', async () => {
    const { run, file } = await ground();
    await run(set, ['default', ['groq/llama', 'openai']]);
    expect(profileIn(file()).routes['default']).toEqual({ match: ['*'], targets: ['groq/llama', 'openai'] });
  });

  test.each([
    ['a provider that is not there', ['x', ['opnai/gpt-4o']], {}, 'did you mean openai/gpt-4o?'],
    [
      'a pattern among the targets',
      ['x', ['gpt-*', 'openai']],
      {},
      "gw route set NAME PROVIDER/MODEL … --match 'gpt-*'",
    ],
    ['a provider unlike any', ['x', ['zzz']], {}, 'gw provider add zzz'],
    ['the same target twice', ['x', ['openai', 'openai']], {}, 'name it once'],
    ['a pattern as a name', ['gpt-*', ['openai']], {}, "gw route set NAME openai --match 'gpt-*'"],
    ['a match that is taken', ['x', ['openai']], { match: ['*'] }, 'gw route show default'],
  ] as const)('refuses %s, and says what to do', async (_, words, options, fix) => {
    const { run, file } = await ground();
    const before = file();
    const { error } = await run(set, words, options);
    expect(error).toMatchObject({ exit: 2, fix: expect.stringContaining(fix) });
    expect(file()).toBe(before);
  });

  test('makes a default route only under that name, and only where there is none', async () => {
    const { run, file } = await ground();
    await run(remove, ['default']);
    await run(set, ['other', ['groq']]);
    expect(profileIn(file()).routes['other']).toEqual({ targets: ['groq'] });
    await run(set, ['default', ['groq']]);
    expect(profileIn(file()).routes['default']).toEqual({ match: ['*'], targets: ['groq'] });
  });
});

describe('the balance of a route', () => {
  test('is set with weights, without saying the targets again, and is shown', async () => {
    const { run, file } = await ground();
    await run(set, ['default', ['openai', 'groq/llama', 'mine']]);
    const { out } = await run(set, ['default', []], {
      balance: 'weighted',
      weight: ['openai=3', 'groq=0.5'],
    });
    expect(profileIn(file()).routes['default']).toEqual({
      match: ['*'],
      targets: ['openai', 'groq/llama', 'mine'],
      weights: { openai: 3, 'groq/llama': 0.5 },
      policy: { balance: 'weighted' },
    });
    expect(out).toContain('1.  openai      the model asked for, weight 3');
    expect(out).toContain('2.  groq/llama  weight 0.5');
    expect(out).toContain(
      'Asked first (weighted): by turns, each as often as its weight says; the others stand in',
    );
    const resolved = await run(resolve, ['anything']);
    expect(resolved.out).toContain('Asked first (weighted)');
    expect(resolved.out).toContain('weight 3');
    expect(JSON.parse((await run(show, ['default'], {}, { json: true })).out)).toMatchObject({
      balance: 'weighted',
      targets: [{ weight: 3 }, { weight: 0.5 }, { weight: 1 }],
    });
  });

  test('forgets the weights of targets that are gone', async () => {
    const { run, file } = await ground();
    await run(set, ['default', ['openai', 'groq', 'mine']], { weight: ['openai=3', 'groq=2', 'mine=4'] });
    await run(remove, ['default', 'groq']);
    await run(removeProvider, ['mine'], { yes: true });
    expect(profileIn(file()).routes['default']).toMatchObject({
      targets: ['openai'],
      weights: { openai: 3 },
    });
    await run(set, ['default', ['groq']]);
    expect(profileIn(file()).routes['default']).toEqual({ match: ['*'], targets: ['groq'] });
  });

  test.each([
    ['a strategy that is not there', { balance: 'least-latensy' }, 'did you mean --balance least-latency?'],
    ['a weight without a number', { weight: ['openai='] }, '--weight openai=3'],
    ['a weight of nothing', { weight: ['openai=0'] }, '--weight openai=3'],
    ['a weight without a target', { weight: ['=3'] }, '--weight openai=3'],
    ['a weight of a target it does not have', { weight: ['groq=3'] }, 'gw route show default'],
  ] as const)('refuses %s, and says what to do', async (_, options, fix) => {
    const { run, file } = await ground();
    const before = file();
    const { error } = await run(set, ['default', []], options);
    expect(error).toMatchObject({ exit: 2, fix: expect.stringContaining(fix) });
    expect(file()).toBe(before);
  });

  test('needs targets for a route that is new', async () => {
    const { run } = await ground();
    expect((await run(set, ['fresh', []], { balance: 'cheapest' })).error?.fix).toBe(
      'gw route set fresh openai',
    );
  });
});

describe('the order of a route', () => {
  test('grows at the end, at a position, or before a target', async () => {
    const { run, targets } = await ground();
    await run(add, ['default', 'groq/llama']);
    await run(add, ['default', 'mine/own'], { at: '1' });
    await run(add, ['default', 'mine'], { before: 'groq' });
    expect(targets()).toEqual(['mine/own', 'openai', 'mine', 'groq/llama']);
  });

  test('is changed by moving a target, named by its provider where that is clear', async () => {
    const { run, targets } = await ground();
    await run(set, ['default', ['openai', 'groq/a', 'mine/b']]);
    await run(move, ['default', 'mine', '1']);
    expect(targets()).toEqual(['mine/b', 'openai', 'groq/a']);
    await run(move, ['default', 'mine/b', '3']);
    expect(targets()).toEqual(['openai', 'groq/a', 'mine/b']);
  });

  test('shrinks by a target, and never to nothing', async () => {
    const { run, targets } = await ground();
    await run(add, ['default', 'groq/llama']);
    await run(remove, ['default', 'openai']);
    expect(targets()).toEqual(['groq/llama']);
    expect((await run(remove, ['default', 'groq'])).error?.fix).toContain('gw route remove default');
    expect(targets()).toEqual(['groq/llama']);
  });

  test('takes no target twice, no position outside, and no two places at once', async () => {
    const { run, targets } = await ground();
    expect((await run(add, ['default', 'openai'])).error?.fix).toBe('gw route move default openai POSITION');
    expect((await run(add, ['default', 'groq'], { at: '3' })).error?.fix).toBe('use a number from 1 to 2');
    expect((await run(add, ['default', 'groq'], { at: '1', before: 'openai' })).error?.exit).toBe(2);
    expect((await run(move, ['default', 'openai', '0'])).error?.exit).toBe(2);
    expect((await run(move, ['default', 'opena', '1'])).error?.fix).toBe('did you mean openai?');
    expect(targets()).toEqual(['openai']);
  });

  test('wants to know which one when a provider is there twice', async () => {
    const { run } = await ground();
    await run(set, ['default', ['groq/a', 'groq/b']]);
    expect((await run(move, ['default', 'groq', '1'])).error?.why).toContain('groq/a, groq/b');
  });

  test('is that of an existing route', async () => {
    const { error } = await (await ground()).run(add, ['defalt', 'groq']);
    expect(error?.fix).toBe('did you mean default?');
  });
});

describe('gw route list and show', () => {
  test('show routes with their targets in order', async () => {
    const { run } = await ground();
    await run(set, ['fast', ['groq/llama', 'mine']]);
    expect((await run(list, [])).out.trimEnd().split('\n')).toEqual([
      'NAME     MATCH  TARGETS, IN ORDER',
      'default  *      openai',
      'fast     -      groq/llama, mine',
    ]);
    expect((await run(show, ['default'])).out).toContain(
      'Route default answers to default and every model that no other route takes:',
    );
  });

  test('say which target is out, and why', async () => {
    const { run } = await ground();
    await run(add, ['default', 'groq/llama']);
    await run(disable, ['groq']);
    const { out } = await run(show, ['default'], {}, { env: { OPENAI_API_KEY: '' } });
    expect(out).toMatch(/1\. +openai +out: env:OPENAI_API_KEY \(not set\)/);
    expect(out).toMatch(/2\. +groq\/llama +out: groq is disabled/);
    const { outJson } = await run(show, ['default'], {}, { json: true });
    expect(outJson).toMatchObject({
      name: 'default',
      targets: [
        { target: 'openai', provider: 'openai', model: null, out: null },
        { target: 'groq/llama', provider: 'groq', model: 'llama', out: 'groq is disabled' },
      ],
    });
  });
});

describe('gw route resolve', () => {
  test.each([
    ['smart', 'exact', 'smart', 'is the name of a route'],
    ['big', 'exact', 'smart', 'lists in its match'],
    ['gpt-4o', 'glob', 'smart', 'gpt-4o fits gpt-4*'],
    ['groq/llama', 'provider', 'groq', 'names the provider groq'],
    ['own', 'default', 'default', 'mine first because it has own'],
    ['whatever', 'default', 'default', 'No route names whatever'],
  ])('%s: by %s, from %s', async (model, rule, route, why) => {
    const { run } = await ground();
    await run(set, ['smart', ['openai/gpt-4o', 'groq']], { match: ['gpt-*', 'gpt-4*', 'big'] });
    const { outJson, exit } = await run(resolve, [model], {}, { json: true });
    expect(exit).toBe(0);
    expect(outJson).toMatchObject({ model, rule, route, why: expect.stringContaining(why) });
  });

  test('prints the order, with what is out and why', async () => {
    const { run } = await ground();
    await run(set, ['default', ['openai', 'groq/llama']]);
    const { out, exit } = await run(resolve, ['gpt-4o'], {}, { env: { ...KEYS, GROQ_API_KEY: '' } });
    expect(exit).toBe(0);
    expect(out.trimEnd().split('\n')).toEqual([
      'No route names gpt-4o, so the default route answers:',
      '  1.  openai/gpt-4o',
      '  2.  groq/llama     out: env:GROQ_API_KEY (not set)',
    ]);
  });

  test('fails when every target is out', async () => {
    const { run } = await ground();
    await run(disable, ['openai']);
    const { exit, err } = await run(resolve, ['gpt-4o']);
    expect(exit).toBe(1);
    expect(err).toContain('every target is out');
  });

  test('says that nothing offers a model, with the nearest that is offered', async () => {
    const { run } = await ground();
    await run(set, ['default', ['openai']], { match: ['smart'] });
    expect((await run(resolve, ['smrat'])).error).toMatchObject({ exit: 1, fix: 'did you mean smart?' });
    const { outJson, exit } = await run(resolve, ['zzzzzz'], {}, { json: true });
    expect([exit, outJson]).toMatchObject([1, { rule: null, targets: [] }]);
  });
});
