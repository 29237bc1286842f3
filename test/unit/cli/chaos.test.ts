import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { command } from '../../../src/cli/commands/chaos.ts';
import { CommandError, EXIT } from '../../../src/cli/error.ts';
import {
  ControlError,
  type ControlServer,
  type Handlers,
  serveControl,
  type Status,
} from '../../../src/control/index.ts';
import type { ChaosView } from '../../../src/core/chaos.ts';
import { findPaths } from '../../../src/core/paths.ts';
import { testContext } from '../../cli-context.ts';
import { healthy } from '../../tui/scenes.ts';
import { declining } from './answering-daemon.ts';
import { run as runCommand } from './run-command.ts';

const VIEW: ChaosView = {
  provider: 'groq',
  fault: '503',
  rate: 0.2,
  startsAt: 0,
  endsAt: 8.64e15,
  asks: false,
  attempts: 10,
  injected: 2,
};

let home: string;
let server: ControlServer | undefined;
let asked: unknown[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-chaos-'));
  asked = [];
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(home, { recursive: true, force: true });
});

async function daemon(status: Partial<Status> = {}, more: Partial<Handlers> = {}): Promise<void> {
  server = await serveControl({
    path: findPaths({ GW_HOME: home }).socket,
    subscribe: () => () => {},
    handlers: {
      ...declining,
      status: () => ({ ...healthy().status, ...status }),
      'start-chaos': (params) => {
        asked.push(params);
        return { chaos: { ...VIEW, ...params } };
      },
      'stop-chaos': (params) => {
        asked.push(params);
        return { stopped: params.provider === 'openai' ? [] : [VIEW] };
      },
      ...more,
    },
  });
}

async function run(words: readonly string[], options: Readonly<Record<string, unknown>> = {}, json = false) {
  const context = testContext({ home, json });
  try {
    await runCommand(command, context, words, options);
    return { context, error: undefined };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { context, error };
  }
}

describe('gw chaos', () => {
  test('has a provider that serves nobody fail at once, and says what that means and how to end it', async () => {
    await daemon();
    const { context, error } = await run(['groq', '503'], { rate: '20%', for: '2m', after: '10s' });
    expect(error).toBeUndefined();
    expect(asked).toEqual([{ provider: 'groq', fault: '503', rate: 0.2, forMs: 120_000, afterMs: 10_000 }]);
    expect(context.err).toContain('▲ groq fails on purpose: 503, 20% of the attempts');
    expect(context.err).toContain('fix: gw chaos stop groq');
  });

  test('asks before it has a provider fail that serves somebody, and --yes answers that', async () => {
    await daemon();
    const refused = await run(['openai/gpt-4o', 'dns']);
    expect(refused.error).toMatchObject({ exit: EXIT.usage, fix: 'gw chaos openai/gpt-4o dns --yes' });
    expect(asked).toEqual([]);
    const timed = await run(['openai', '503'], { for: '2m', rate: '20%' });
    expect(timed.error?.fix).toBe('gw chaos openai 503 --for 2m --rate 20% --yes');
    await run(['openai/gpt-4o', 'dns'], { yes: true });
    expect(asked).toEqual([{ provider: 'openai', model: 'gpt-4o', fault: 'dns' }]);
  });

  test('lists what runs, for people and for programs', async () => {
    await daemon({ chaos: [VIEW] });
    expect((await run([])).context.out).toMatch(/groq\s+503\s+20%\s+2\/10\s+ends in/);
    expect((await run([], {}, true)).context.outJson).toMatchObject({ chaos: [{ provider: 'groq' }] });
  });

  test('ends what runs at one place, or everywhere', async () => {
    await daemon();
    expect((await run(['stop', 'groq'])).context.err).toContain('503 met 2 of 10 attempts');
    expect((await run(['stop', 'openai'])).context.err).toContain('Nothing failed on purpose at openai.');
    await run(['stop', 'groq'], { all: true });
    await run(['stop']);
    expect(asked).toEqual([{ provider: 'groq' }, { provider: 'openai' }, {}, {}]);
  });

  test.each([
    [['groq'], {}, 'What should groq do wrong?'],
    [['groq', '503'], { rate: '20' }, '--rate takes a share'],
    [['groq', '503'], { rate: '0%' }, '--rate takes a share'],
    [['groq', '503'], { for: '2h' }, '--for takes a duration up to'],
    [['groq', '503'], { after: 'soon' }, '--after takes a duration'],
  ] as const)('does nothing when it is not told clearly: %j %j', async (words, options, message) => {
    await daemon();
    const { error } = await run(words, options);
    expect(error).toMatchObject({ message: expect.stringContaining(message), exit: EXIT.usage });
    expect(asked).toEqual([]);
  });

  test('passes on why the daemon declined, and what to do', async () => {
    const declined = (): never => {
      throw new ControlError('declined', 'the profile has no provider grog', 'gw provider list');
    };
    await daemon({}, { 'start-chaos': declined });
    expect((await run(['grog', '503'])).error).toMatchObject({
      why: 'the profile has no provider grog',
      fix: 'gw provider list',
    });
  });

  test('has nothing to do with a daemon that does not run', async () => {
    expect((await run([])).error).toMatchObject({ exit: EXIT.notRunning, fix: 'gw start' });
  });
});
