import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { command as cooldowns } from '../../../src/cli/commands/cooldowns.ts';
import { command as reset } from '../../../src/cli/commands/reset.ts';
import { findNames } from '../../../src/cli/completion/names.ts';
import { restingLines } from '../../../src/cli/rest/lines.ts';
import { restingIn } from '../../../src/cli/rest/resting.ts';
import { type ControlServer, serveControl, type Status } from '../../../src/control/index.ts';
import type { TargetHealth } from '../../../src/core/health.ts';
import { findPaths } from '../../../src/core/paths.ts';
import type { Target } from '../../../src/core/target.ts';
import { testContext } from '../../cli-context.ts';
import { declining, idleStatus } from './answering-daemon.ts';
import { failure, run } from './run-command.ts';

const NOW = 1_760_000_000_000;

let home = '';
let server: ControlServer | undefined;
let resetTargets: Target[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-cooldowns-'));
  resetTargets = [];
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(home, { recursive: true, force: true });
});

function health(
  provider: string,
  model: string,
  more: Partial<TargetHealth> = {},
  key = 'env:K',
): TargetHealth {
  return {
    target: { provider, model, key },
    breaker: { is: 'closed' },
    attempts: 1,
    failures: 0,
    served: 1,
    live: 0,
    recent: { attempts: 1, failures: 0 },
    ...more,
  };
}

const OPEN: TargetHealth['breaker'] = {
  is: 'open',
  until: NOW + 12_000,
  reason: 'upstream_overloaded',
  message: 'HTTP 503: "overloaded, \u001B[31mcome back later"',
  since: NOW - 90_000,
};
const NO_CREDIT: NonNullable<TargetHealth['cooldown']> = {
  reason: 'upstream_out_of_credit',
  message: 'You exceeded your current quota, please check your plan and billing details.',
  since: NOW - 720_000,
  nextLook: NOW + 190_000,
  covers: 'key',
};
const LIMITED: NonNullable<TargetHealth['cooldown']> = {
  reason: 'upstream_rate_limited',
  message: 'Rate limit reached for requests',
  since: NOW - 1_000,
  until: NOW + 19_000,
  covers: 'target',
};

function provider(name: string, targets: readonly TargetHealth[]): Status['providers'][number] {
  return { name, url: 'http://x/v1', enabled: true, keys: [], targets };
}

async function answer(providers: Status['providers']): Promise<void> {
  const routes = [{ name: 'main', match: ['*'], targets: ['mistral/large'] }];
  server = await serveControl({
    path: findPaths({ GW_HOME: home }).socket,
    handlers: {
      ...declining,
      status: () => idleStatus({ now: NOW, providers, routes }),
      'reset-breaker': ({ target }) => {
        resetTargets.push(target);
        return {};
      },
    },
    subscribe: () => () => {},
  });
}

const TROUBLE = [
  provider('groq', [
    health('groq', 'llama', { breaker: OPEN }),
    health('groq', 'gemma', { cooldown: LIMITED }),
  ]),
  provider('openai', [
    health('openai', 'gpt-4o', { cooldown: NO_CREDIT }),
    health('openai', 'o3', { cooldown: NO_CREDIT }),
  ]),
  provider('well', [health('well', 'm')]),
];

describe('gw cooldowns', () => {
  test('says of everybody left alone why, since when, until when and what would end it', async () => {
    await answer(TROUBLE);
    const context = testContext({ home, env: { LANG: 'C.UTF-8' } });
    expect(await run(cooldowns, context)).toBe(0);
    expect(context.out).toMatch(
      /✗ groq\/llama \(env:K\) {2}12\.0s left\n {4}overloaded; left alone for 1m30s \(since [\d:]+\): HTTP 503/,
    );
    expect(context.out).toContain('sooner: gw reset groq/llama#env:K');
    expect(context.out).toMatch(
      /↻ groq\/gemma \(env:K\) {2}19\.0s left\n {4}rate limited; left alone for 1\.00s/,
    );
    expect(context.out).toMatch(/✗ openai, every model \(env:K\) {2}until that changes; looked at in 3m10s/);
    expect(context.out.replaceAll(/\n {4}/g, ' ')).toContain(
      'add credit to the account at openai, then: gw reset openai#env:K',
    );
    expect(context.out.match(/openai, every model/g)).toHaveLength(1);
    expect(context.out).not.toContain('well');
    expect(context.out).not.toContain('\u001B');
    for (const line of context.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('keeps names and commands whole in a narrow window', () => {
    const providers = [provider('broke', [health('broke', 'm', { cooldown: NO_CREDIT })])];
    const { style } = testContext({ home });
    const lines = restingLines(restingIn({ providers }), { now: NOW, columns: 42, style });
    expect(lines[0]).toBe('  ✗ broke, every model (env:K)');
    expect(lines.at(-1)).toBe('    gw reset broke#env:K');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(42);
  });

  test('says so when all is well', async () => {
    await answer([provider('well', [health('well', 'm')])]);
    const context = testContext({ home });
    expect(await run(cooldowns, context)).toBe(0);
    expect([context.out, context.err]).toEqual(['', 'All is well: nobody is being left alone.\n']);
    await run(cooldowns, testContext({ home, json: true }));
  });

  test('gives programs the same', async () => {
    await answer(TROUBLE);
    const context = testContext({ home, json: true });
    await run(cooldowns, context);
    expect(context.outJson).toMatchObject({
      now: NOW,
      cooldowns: [
        { name: 'groq/llama#env:K', state: 'left-alone', until: NOW + 12_000, since: NOW - 90_000 },
        { name: 'groq/gemma#env:K', state: 'cooling', until: NOW + 19_000 },
        { name: 'openai#env:K', state: 'until-changed', nextLook: NOW + 190_000 },
      ],
    });
  });

  test('exits 3 where no daemon runs', async () => {
    const error = await failure(run(cooldowns, testContext({ home })));
    expect([error.exit, error.fix]).toEqual([3, 'gw start']);
    expect(error.why).toContain('health.json');
  });
});

describe('gw reset', () => {
  test.each([
    ['groq', ['llama', 'gemma']],
    ['groq/gemma', ['gemma']],
    ['groq/llama#env:K', ['llama']],
    ['openai#env:K', ['gpt-4o', 'o3']],
  ])('%s is told to the daemon for each target of that name', async (name, models) => {
    await answer(TROUBLE);
    const context = testContext({ home });
    expect(await run(reset, context, [[name]])).toBe(0);
    expect(resetTargets.map(({ model }) => model)).toEqual(models);
    expect(context.err).toContain('what went wrong is forgotten');
  });

  test('--all is everybody left alone, and nobody else', async () => {
    await answer(TROUBLE);
    const context = testContext({ home, json: true });
    await run(reset, context, [[]], { all: true });
    expect(resetTargets.map(({ model }) => model)).toEqual(['llama', 'gemma', 'gpt-4o', 'o3']);
    expect(context.outJson).toMatchObject({
      reset: [{ name: 'groq/llama#env:K' }, { name: 'groq/gemma#env:K' }, { name: 'openai#env:K' }],
    });
  });

  test('has nothing to do at a target that is well, or that was never asked', async () => {
    await answer(TROUBLE);
    for (const name of ['well', 'mistral/large']) {
      const context = testContext({ home });
      expect(await run(reset, context, [[name]])).toBe(0);
      expect(context.err).toContain('nothing to reset');
    }
  });

  test('answers a mistyped name with the nearest there is, and resets nothing', async () => {
    await answer(TROUBLE);
    const error = await failure(run(reset, testContext({ home }), [['groq', 'openia']]));
    expect([error.exit, error.fix]).toEqual([2, 'gw reset openai']);
    expect(resetTargets).toEqual([]);
  });

  test('wants names or --all, and says whom there is', async () => {
    await answer(TROUBLE);
    const none = await failure(run(reset, testContext({ home }), [[]]));
    expect([none.exit, none.why]).toEqual([
      2,
      'left alone: groq/llama#env:K, groq/gemma#env:K and openai#env:K',
    ]);
    const both = await failure(run(reset, testContext({ home }), [['groq']], { all: true }));
    expect([both.exit, both.fix]).toEqual([2, 'gw reset --all']);
  });

  test('exits 3 where no daemon runs', async () => {
    expect((await failure(run(reset, testContext({ home }), [['groq']]))).exit).toBe(3);
  });

  test('is completed with the names of those left alone', async () => {
    await answer(TROUBLE);
    expect(await findNames(testContext({ home }), 'resting')).toEqual([
      'groq/gemma#env:K',
      'groq/llama#env:K',
      'openai#env:K',
    ]);
  });
});
