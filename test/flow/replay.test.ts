import { afterEach, describe, expect, it } from 'vitest';

import { command as replay } from '../../src/cli/commands/replay.ts';
import { EXIT } from '../../src/cli/error.ts';
import type { Comparison } from '../../src/cli/replay/compare.ts';
import { trusted } from '../../src/lib/expect.ts';
import { testContext } from '../cli-context.ts';
import { type DaemonGround, openDaemon } from '../daemon-ground.ts';
import { failure, run } from '../unit/cli/run-command.ts';

const grounds: DaemonGround[] = [];

afterEach(async () => {
  for (const ground of grounds.splice(0)) await ground.close();
});

const CAPTURING = { record: { capture: 'all' } };
const FREE = { quirks: ['free'] };
const CLAUDE = { format: 'anthropic-messages', prices: { m: { input: 3, output: 15 } } };

async function opened(...ground: Parameters<typeof openDaemon>): Promise<DaemonGround> {
  const one = await openDaemon(...ground);
  grounds.push(one);
  return one;
}

async function compared(ground: DaemonGround, id: string, options = {}): Promise<Comparison> {
  const context = testContext({ home: ground.home, json: true });
  await run(replay, context, [id], { yes: true, ...options });
  return trusted<Comparison>(JSON.parse(context.out));
}

describe('gw replay', () => {
  it('asks the same route again and finds the same answer', async () => {
    const ground = await opened({ lab: FREE }, CAPTURING);
    const { before, after, same } = await compared(ground, await ground.chat());
    expect(same).toEqual({ text: true, calls: true, finish: true });
    expect(before.text).not.toBe('');
    expect(after).toMatchObject({ target: 'lab/m', status: 200, costUsd: 0 });
    expect(after.id).not.toBe(before.id);
    expect(after.totalMs).toBeGreaterThan(0);
  });

  it('means by --last what a client asked, not the replay of it', async () => {
    const ground = await opened({ lab: FREE }, CAPTURING);
    const id = await ground.chat();
    for (const _ of [1, 2]) {
      const context = testContext({ home: ground.home, json: true });
      await run(replay, context, [], { last: true, yes: true });
      expect(context.outJson).toMatchObject({ before: { id } });
    }
  });

  it('reads streams too, and sets words against words where the answers differ', async () => {
    const ground = await opened({ lab: FREE, other: FREE }, CAPTURING);
    const id = await ground.chat({ stream: true });
    const { before, after, textDiff } = await compared(ground, id, { on: 'other/m' });
    expect([before.target, after.target]).toEqual(['lab/m', 'other/m']);
    const text = (kind: 'removed' | 'added') =>
      textDiff.filter(({ is }) => is === 'same' || is === kind).map((piece) => piece.text);
    expect(text('removed').join('')).toBe(before.text);
    expect(text('added').join('')).toBe(after.text);
  });

  it('asks a provider of another format, and compares in the format of the caller', async () => {
    const ground = await opened({ lab: FREE, claude: CLAUDE }, CAPTURING);
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }];
    const id = await ground.chat({ tools, tool_choice: 'required', stream: true });
    const { before, after, same } = await compared(ground, id, { on: 'claude/m' });
    expect(before.calls.map(({ name }) => name)).toEqual(['get_weather']);
    expect(after.calls.map(({ name }) => name)).toEqual(['get_weather']);
    expect(same.finish).toBe(true);
    expect(after.costUsd).toBeGreaterThan(0);
  });

  it('says what it will cost, and sends nothing before somebody agreed', async () => {
    const ground = await opened({ lab: FREE, claude: CLAUDE }, CAPTURING);
    const id = await ground.chat();
    const calls = ground.simulator('claude').received;
    const error = await failure(run(replay, testContext({ home: ground.home }), [id], { on: 'claude/m' }));
    expect(error.why).toMatch(/Ask claude\/m, for about \$0\.\d+\?/);
    expect(error.fix).toBe(`gw replay ${id} --on claude/m --yes`);
    const declined = testContext({ home: ground.home, interactive: true, stdinText: 'n\n' });
    expect(await run(replay, declined, [id], { on: 'claude/m' })).toBe(EXIT.ok);
    expect(declined.err).toContain('Nothing was sent');
    expect(ground.simulator('claude').received).toBe(calls);
  });

  it('says that a price is not known, and asks then too', async () => {
    const ground = await opened({ lab: {} }, CAPTURING);
    const id = await ground.chat();
    const error = await failure(run(replay, testContext({ home: ground.home }), [id]));
    expect(error.why).toContain('an unknown price (no price of lab/m is known)');
  });

  it('tells a person where two answers part', async () => {
    const ground = await opened({ lab: FREE, other: FREE }, CAPTURING);
    const id = await ground.chat();
    const context = testContext({ home: ground.home });
    await run(replay, context, [id], { on: 'other/m' });
    expect(context.out).toMatch(/before +lab\/m/);
    expect(context.out).toMatch(/now +other\/m/);
    expect(context.out).toMatch(/text +\d+ words? the same, \d+ gone, \d+ new/);
    expect(context.out).toMatch(/\[-[^]+-\]/);
    expect(context.out).toMatch(/\{\+[^]+\+\}/);
    expect(context.err).toContain('Asking other/m, for nothing.');
  });

  it('tells of an answer that is an error now, and fails', async () => {
    const ground = await opened({ lab: FREE }, CAPTURING);
    const id = await ground.chat();
    ground.simulator('lab').setFault('400');
    const context = testContext({ home: ground.home });
    expect(await run(replay, context, [id])).toBe(EXIT.failed);
    expect(context.out).toMatch(/now: /);
  });

  it('says of a request that was not captured which command captures those to come', async () => {
    const ground = await opened({ lab: FREE });
    const id = await ground.chat();
    const error = await failure(run(replay, testContext({ home: ground.home }), [id]));
    expect(error.why).toBe('bodies are not captured');
    expect(error.fix).toContain('gw restart --capture all');
  });

  it('asks nothing of which only the beginning was kept', async () => {
    const ground = await opened({ lab: FREE }, { record: { capture: 'all', captureBytes: 1024 } });
    const id = await ground.chat({ user: 'x'.repeat(2_000) });
    const error = await failure(run(replay, testContext({ home: ground.home }), [id]));
    expect(error.message).toContain('only the beginning of its body was kept');
    expect(error.fix).toContain('record.captureBytes');
  });

  it('names the provider that may be meant', async () => {
    const ground = await opened({ claude: CLAUDE }, CAPTURING);
    const id = await ground.chat();
    const error = await failure(
      run(replay, testContext({ home: ground.home }), [id], { on: 'cluade/m', yes: true }),
    );
    expect(error.fix).toBe('--on claude/m');
  });
});
