import { readFileSync, writeFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { BudgetView } from '../../src/core/budget.ts';
import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { ask, DaemonHome, waitUntil } from './daemon-home.ts';

let home: DaemonHome;
let simulator: Simulator;
beforeEach(async () => {
  home = new DaemonHome();
  home.env = { TEST_KEY: 'sk-of-the-test-0123456789', TZ: 'UTC' };
  simulator = createSimulator({ name: 'first' });
  const { url } = await simulator.listen();
  const provider = {
    url,
    format: 'openai-chat',
    keys: [{ env: 'TEST_KEY' }],
    prices: { '*': { input: 1000, output: 1000 } },
  };
  const profile = {
    providers: { first: provider },
    routes: { main: { match: ['*'], targets: ['first/m'] } },
  };
  const file = { listen: { port: 0 }, profiles: { default: profile } };
  writeFileSync(home.paths.config, JSON.stringify(file), { mode: 0o600 });
});
afterEach(async () => {
  await home.remove();
  await simulator.close();
});

async function used(): Promise<{ readonly running: boolean; readonly budgets: readonly BudgetView[] }> {
  const ran = await home.run(['budget', 'status', '--json']);
  expect(ran.exit).toBe(0);
  return JSON.parse(ran.out);
}

async function served(): Promise<void> {
  const { address } = await home.status();
  const answer = await ask(address);
  await answer.arrayBuffer();
  expect(answer.status).toBe(200);
}

describe('what was spent today', () => {
  it('is known after a restart and after kill -9 [promise:budget-outlives]', async () => {
    expect((await home.run(['budget', 'set', 'all', '--usd', '100'])).exit).toBe(0);
    await home.start();
    for (let turn = 0; turn < 3; turn++) await served();
    await home.call('flush', {});
    const before = (await used()).budgets[0];
    expect(before).toMatchObject({ requests: 3, unpriced: 0, action: 'warn' });
    expect(before?.used).toBeGreaterThan(0);

    await home.kill();
    expect(await used()).toMatchObject({ running: false, budgets: [{ used: before?.used, requests: 3 }] });
    await home.start();
    expect(await used()).toMatchObject({ running: true, budgets: [{ used: before?.used, requests: 3 }] });
    await served();
    expect((await home.run(['restart'])).exit).toBe(0);
    expect((await used()).budgets[0]).toMatchObject({ requests: 4 });
  });

  it('counts against a budget that is set while the daemon runs, which then refuses, and is raised by what it says', async () => {
    await home.start();
    await served();
    expect((await home.run(['budget', 'set', 'all', '--tokens', '5', '--then', 'block'])).exit).toBe(0);
    const { address } = await home.status();
    const refused = await ask(address);
    expect(refused.status).toBe(402);
    const told = await refused.text();
    const used = Number(/used up \((\d+) tokens/.exec(told)?.[1]);
    const [, advised] = /gw budget set all --tokens (\d+) --per day/.exec(told) ?? [];
    expect(Number(advised)).toBeGreaterThan(used);
    expect((await home.run(['status'])).out).toContain('requests are refused');
    expect((await home.run(['why'])).out).toContain('over_budget');
    const removed = await home.run(['budget', 'remove', 'all']);
    expect(removed).toMatchObject({ exit: 0 });
    expect(removed.err).toContain('Removed: 5 tokens per day for all.');
    await served();
    expect(readFileSync(home.paths.config, 'utf8')).not.toContain('budgets');
  });

  it('is told on the webhook that a budget is used up, and by no word of what was asked', async () => {
    const { createServer } = await import('node:http');
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk) => bodies.push(String(chunk)));
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const place = server.address();
    const port = typeof place === 'object' && place !== null ? place.port : 0;
    home.env = { ...home.env, GW_HOOK: `http://127.0.0.1:${port}/secret-path` };
    expect((await home.run(['config', 'set', 'alerts.webhook.env', 'GW_HOOK'])).exit).toBe(0);
    await home.run(['budget', 'set', 'all', '--usd', '0.000001', '--at', '100%']);
    await home.start();
    expect((await home.run(['alerts', 'test'])).out).toBe('webhook: sent\n');
    await served();
    await waitUntil(() => bodies.length === 2);
    expect(JSON.parse(bodies[1] ?? '')).toMatchObject({ event: 'budget', title: 'gw: a budget is used up' });
    expect(bodies.join('') + home.log()).not.toMatch(/sk-of-the-test|secret-path|"hi"/);
    server.close();
  });
});

describe('budgets on the command line', () => {
  it.each([
    [['budget', 'set', 'all'], 'It is not said how much may be spent.'],
    [['budget', 'set', 'al', '--usd', '1'], 'There is no scope al.'],
    [['budget', 'set', 'all', '--usd', 'five'], 'five is no amount.'],
    [['budget', 'set', 'all', '--usd', '1', '--tokens', '1'], 'One budget cannot count in two units.'],
    [['budget', 'set', 'all', '--usd', '1', '--per', 'year'], '--per cannot be year.'],
    [['budget', 'set', 'all', '--usd', '1', '--then', 'blok'], 'did you mean block?'],
    [['budget', 'set', 'all', '--usd', '1', '--at', '120%'], '120% is no share of a budget.'],
    [['budget', 'set', 'route:nowhere', '--usd', '1'], 'There is no route nowhere.'],
    [['budget', 'remove', 'all'], 'There is no budget for all.'],
    [['alerts', 'test'], 'gw is not running'],
  ])('%j is refused with what would be right', async (words, told) => {
    const ran = await home.run(words);
    expect(ran.exit).not.toBe(0);
    expect(ran.err).toContain(told);
    expect(ran.err).toContain('gw ');
  });
});
