import { describe, expect, test } from 'vitest';

import { command as listBudgets } from '../../../src/cli/commands/budget/list.ts';
import { command as list } from '../../../src/cli/commands/limit/list.ts';
import { command as remove } from '../../../src/cli/commands/limit/remove.ts';
import { command as set } from '../../../src/cli/commands/limit/set.ts';
import { command as addProvider } from '../../../src/cli/commands/provider/add.ts';
import { command as setRoute } from '../../../src/cli/commands/route/set.ts';
import { profileIn, terminal } from './provider-ground.ts';

async function ground() {
  const made = terminal(undefined, { env: { OPENAI_API_KEY: 'k'.repeat(20) } });
  await made.run(addProvider, ['openai'], { test: false });
  await made.run(setRoute, ['smart', ['openai/gpt-5.4']]);
  return { ...made, limits: () => Object(profileIn(made.file()))['limits'] };
}

describe('gw limit', () => {
  test('sets one limit for each scope, and writes it as the profile has it', async () => {
    const { run, limits } = await ground();
    await run(set, ['each-client'], { perMinute: '60' });
    const { out } = await run(set, ['route:smart'], { perMinute: '10' });
    expect(out).toBe('60 requests a minute for each-client\n10 requests a minute for route:smart\n');
    await run(set, ['each-client'], { perMinute: '90' });
    expect(limits()).toEqual([
      { scope: 'route:smart', requestsPerMinute: 10 },
      { scope: 'each-client', requestsPerMinute: 90 },
    ]);
  });

  test('lists what is set, beside the budgets too', async () => {
    const { run } = await ground();
    expect((await run(list, [])).err).toContain('gw limit set each-client --per-minute 60');
    await run(set, ['all'], { perMinute: '60' });
    const limits = [{ scope: 'all', requestsPerMinute: 60 }];
    expect(JSON.parse((await run(list, [], {}, { json: true })).out)).toEqual({ limits });
    expect(JSON.parse((await run(listBudgets, [], {}, { json: true })).out)).toEqual({ budgets: [], limits });
  });

  test('removes one, and leaves nothing of the last', async () => {
    const { run, limits } = await ground();
    await run(set, ['all'], { perMinute: '60' });
    await run(set, ['client:curl'], { perMinute: '5' });
    const removed = await run(remove, ['all']);
    expect(removed.err).toContain('Removed: 60 requests a minute for all.');
    expect(removed.out).toBe('5 requests a minute for client:curl\n');
    expect(limits()).toEqual([{ scope: 'client:curl', requestsPerMinute: 5 }]);
    const { out, err } = await run(remove, ['client:curl']);
    expect({ out, advised: err.includes('To begin') }).toEqual({ out: '', advised: false });
    expect(limits()).toBeUndefined();
  });

  test.each([
    ['no number', set, ['all'], {}, 'gw limit set each-client --per-minute 60'],
    ['half a request', set, ['all'], { perMinute: '0.5' }, 'gw limit set'],
    ['nothing at all', set, ['all'], { perMinute: '0' }, 'gw provider disable'],
    ['too many', set, ['all'], { perMinute: '9999999' }, 'gw limit set'],
    ['no scope', set, ['al'], { perMinute: '5' }, 'gw limit set'],
    ['a route that is not there', set, ['route:smrt'], { perMinute: '5' }, 'gw limit set route:smart'],
    ['one that is not set', remove, ['each-session'], {}, 'gw limit list'],
  ] as const)('refuses %s, and says what would be right', async (_, command, words, options, fix) => {
    const { run, file } = await ground();
    const before = file();
    expect((await run(command, words, options)).error?.fix).toContain(fix);
    expect(file()).toEqual(before);
  });
});
