import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { Input } from '../../src/cli/command.ts';
import { command } from '../../src/cli/commands/simulate.ts';
import { createSimulator, SIMULATED_FAULTS, simulatedFormats } from '../../src/simulator/index.ts';
import { testContext } from '../cli-context.ts';
import { manualClock, until } from './simulator-raw-client.ts';

function run(options: Record<string, unknown>, json = false) {
  const clock = manualClock();
  const home = mkdtempSync(join(tmpdir(), 'gw-simulate-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const context = Object.assign(testContext({ home, json }), { clock });
  const done = command.run(context, new Input([], options));
  return { context, clock, done };
}

describe('gw simulate', () => {
  test('prints its address and the line that adds it, serves, and sums up', async () => {
    const { context, clock, done } = run({ for: '5s', tokensPerSecond: '0', modelLatency: ['0'] });
    await until(() => context.out.includes('Ctrl-C'), 'announced');
    const found = /^ {2}use it +gw provider add (sim\S+) --url (http:\/\/127\.0\.0\.1:\d+\/v1)$/m.exec(
      context.out,
    );
    const [, name, url] = found ?? [];
    expect(context.out).toContain(`Simulated provider ${name} answers at ${url}`);
    const ask = (model: string): Promise<Response> =>
      fetch(`${url}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
      });
    expect(await (await ask('any')).json()).toMatchObject({ system_fingerprint: `fp_${name}` });
    expect((await ask('any!429')).status).toBe(429);
    clock.move(5000);
    expect(await done).toBe(0);
    expect(context.err.trim()).toBe('Stopped after 2 calls: 1 answered, 1 refused.');
  });

  test('says which formats it speaks, and how each is pointed there', async () => {
    const { context, clock, done } = run({ for: '5s' });
    await until(() => context.out.includes('Ctrl-C'), 'announced');
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(context.out)?.[0] ?? '';
    for (const { title, client } of simulatedFormats(origin)) {
      expect(context.out).toContain(`${title.padEnd(20)}${client}`);
    }
    clock.move(5000);
    await done;
  });

  test("holds chat to another host's rules, and says which there are", async () => {
    const { context, clock, done } = run({ for: '5s', chatRules: 'mistral' });
    await until(() => context.out.includes('Ctrl-C'), 'announced');
    const url = /http:\/\/\S+\/v1/.exec(context.out)?.[0];
    const answer = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', messages: [{ role: 'developer', content: 'Hi' }] }),
    });
    expect(await answer.json()).toMatchObject({
      error: { message: expect.stringMatching("Unexpected role 'developer'") },
    });
    clock.move(5000);
    await done;
    await expect(run({ chatRules: 'strict' }).done).rejects.toThrow('--chat-rules does not know "strict"');
  });

  test('speaks JSON lines for programs, and keeps keys out of them', async () => {
    const { context, clock, done } = run({ for: '5s', key: ['sk-invented'], name: 'mine' }, true);
    await until(() => context.out.includes('simulator-started'), 'announced');
    const started: unknown = JSON.parse(context.out);
    expect(started).toMatchObject({
      name: 'mine',
      add: expect.stringMatching(/^echo sk-invented \| gw provider add/),
    });
    const { url } = started as { url: string };
    await fetch(`${url}/models`, { headers: { authorization: 'Bearer sk-other' } });
    await until(() => context.out.includes('call-ended'), 'call told');
    clock.move(5000);
    await done;
    const lines = context.out
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines.slice(1)).toMatchObject([
      { event: 'call-ended', path: '/v1/models', status: 401, end: 'ended' },
      { event: 'simulator-stopped', calls: 1, refused: 1 },
    ]);
    expect(context.out).not.toContain('sk-other');
  });

  test('takes the next port when its first one is taken, but never moves from one that was named', async () => {
    const stranger = createSimulator();
    const { port } = await stranger.listen();
    await expect(run({ port: String(port) }).done).rejects.toMatchObject({
      message: `cannot listen on 127.0.0.1:${port}`,
      why: 'another program already does',
      exit: 5,
    });
    await stranger.close();
    const [first, second] = [run({ for: '1s' }), run({ for: '1s' })];
    await until(
      () => first.context.out.includes('Ctrl-C') && second.context.out.includes('Ctrl-C'),
      'both run',
    );
    const portOf = (text: string): string => /127\.0\.0\.1:(\d+)/.exec(text)?.[1] ?? '';
    expect(portOf(first.context.out)).not.toBe(portOf(second.context.out));
    first.clock.move(1000);
    second.clock.move(1000);
    await Promise.all([first.done, second.done]);
  });

  test('ends on Ctrl-C', async () => {
    const { context, done } = run({});
    await until(() => context.out.includes('Ctrl-C'), 'announced');
    process.emit('SIGINT', 'SIGINT');
    expect(await done).toBe(0);
    expect(context.err).toContain('Stopped. Nobody called.');
  });

  test.each([
    [{ fault: 'stal@headers' }, 'did you mean "stall"?'],
    [{ port: '99999' }, '--port does not understand "99999"'],
    [{ for: 'ever' }, '--for does not understand "ever"'],
    [{ modelLatency: ['gpt-*=2'] }, '--model-latency does not understand "2"'],
    [{ tokensPerSecond: 'fast' }, '--tokens-per-second does not understand "fast"'],
  ])('refuses %j before it listens', async (options, sentence) => {
    await expect(run(options).done).rejects.toMatchObject({
      message: expect.stringContaining(sentence),
      fix: expect.stringContaining('gw simulate'),
      exit: 2,
    });
  });

  test('lists every fault, for people and for programs', async () => {
    const text = run({ listFaults: true });
    await text.done;
    for (const { example, summary } of Object.values(SIMULATED_FAULTS)) {
      expect(text.context.out).toContain(example);
      expect(text.context.out).toContain(summary);
    }
    const json = run({ listFaults: true }, true);
    await json.done;
    expect(json.context.outJson).toMatchObject(Object.keys(SIMULATED_FAULTS).map((name) => ({ name })));
  });
});
