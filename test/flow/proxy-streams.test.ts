import { afterEach, describe, expect, test } from 'vitest';

import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { closeGrounds, HELLO, openGround } from './ground.ts';
import { get } from './raw-client.ts';
import { chunk, closeRawServers, head, rawServer, sendStream } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

describe('usage on a stream', () => {
  test('is asked for on the caller’s behalf, recorded, and taken out again [promise:usage-stripped]', async () => {
    const ground = await openGround();
    const answer = await ground.stream('m!tokens=7');
    expect(get(JSON.parse(ground.simulator('first').calls[0]?.body ?? ''), 'stream_options')).toEqual({
      include_usage: true,
    });
    expect(answer.events.at(-1)).toBe('[DONE]');
    expect(answer.events.filter((event) => event.includes('"choices":[]'))).toEqual([]);
    expect((await ground.trailOf(answer)).usage).toMatchObject({ input: 5, output: 7 });
  });

  test('stays when the caller asked for it, beside the caller’s other options', async () => {
    const ground = await openGround();
    const options = { include_usage: true, include_obfuscation: false };
    const answer = await ground.stream('m!tokens=7', { stream_options: options });
    expect(answer.events.filter((event) => event.includes('"choices":[]'))).toHaveLength(1);
    expect(get(JSON.parse(ground.simulator('first').calls[0]?.body ?? ''), 'stream_options')).toEqual(
      options,
    );
    expect((await ground.trailOf(answer)).usage).toMatchObject({ output: 7 });
  });

  test('is not asked of a host that refuses the option', async () => {
    const ground = await openGround({ providers: [{ name: 'first', quirks: ['no-stream-options'] }] });
    const answer = await ground.stream();
    expect(ground.simulator('first').calls[0]?.body).not.toContain('stream_options');
    expect((await ground.trailOf(answer)).usage).toBeUndefined();
  });

  test.each(['each', 'finish', 'later'])('that comes %s is read and left where it is', async (place) => {
    const ground = await openGround();
    const answer = await ground.stream(`m!tokens=7+usage=${place}`);
    expect(answer.text).toContain('"usage":{');
    expect((await ground.trailOf(answer)).usage).toMatchObject({ output: 7 });
  });

  test.each([true, false])(
    'that is nonsense gives no numbers at all (streamed: %s) [promise:junk-usage]',
    async (stream) => {
      const ground = await openGround();
      const answer = await ground.chat('m!junk-usage', { stream });
      const { usage = {}, outcome } = await ground.trailOf(answer);
      expect(outcome).toBe('served');
      for (const count of Object.values(usage)) expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
    },
  );
});

describe('a silent stream', () => {
  test('gets a comment now and then once content was delivered, and none before', async () => {
    // Time runs a hundred times as fast: fifteen seconds of silence are 150 ms.
    const clock: Clock = {
      now: systemClock.now,
      monotonic: () => systemClock.monotonic() * 100,
      after: (delayMs, action) => systemClock.after(delayMs / 100, action),
    };
    const server = await rawServer((socket) => {
      socket.write(head('text/event-stream', 'connection: close\r\n') + chunk({ role: 'assistant' }));
      setTimeout(() => {
        socket.write(chunk({ content: 'a' }));
        setTimeout(() => socket.end(`${chunk({}, 'stop')}data: [DONE]\n\n`), 400);
      }, 350);
    });
    const policy = { firstContentMs: 600_000, idleMs: 600_000 };
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }], clock, policy });
    const answer = await ground.stream();
    expect(answer.text.startsWith(chunk({ role: 'assistant' }) + chunk({ content: 'a' }))).toBe(true);
    expect(answer.text.split(': keep-alive\n\n').length).toBeGreaterThanOrEqual(2);
    expect(answer.text.replaceAll(': keep-alive\n\n', '')).toBe(
      `${chunk({ role: 'assistant' })}${chunk({ content: 'a' })}${chunk({}, 'stop')}data: [DONE]\n\n`,
    );
    expect((await ground.trailOf(answer)).outcome).toBe('served');
  });
});

describe('a stream in an unusual spelling', () => {
  test.each([
    'crlf',
    'cr',
    'bom',
    'comments',
    'multiline',
    'sse-fields',
    'fragment=1',
    'no-role',
    'no-done',
    'no-finish',
  ])('with %s is relayed as it came, and its usage is read', async (flavour) => {
    const ground = await openGround({ providers: ['first'] });
    const model = `m!tokens=4+${flavour}`;
    const more = { stream: true, stream_options: { include_usage: true } };
    const direct = await fetch(`${ground.profile.providers[0]?.url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: HELLO, ...more }),
    });
    const answer = await ground.chat(model, more);
    expect(answer.whole).toBe(true);
    expect(answer.bytes.toString()).toBe(
      await direct.text().then((text) => (flavour === 'bom' ? `\uFEFF${text}` : text)),
    );
    expect(await ground.trailOf(answer)).toMatchObject({ outcome: 'served', usage: { output: 4 } });
  });

  test('with an event of 8 MiB passes whole', async () => {
    const ground = await openGround();
    const answer = await ground.stream('m!tokens=2+huge-event=8MiB');
    expect(answer).toMatchObject({ whole: true, status: 200 });
    expect(answer.bytes.length).toBeGreaterThan(8 * 1024 * 1024);
    expect(answer.events.at(-1)).toBe('[DONE]');
  });

  test('with content that looks like its end is not taken for ended', async () => {
    const ground = await openGround();
    const answer = await ground.stream('m!forged-events');
    expect(answer.content).toContain('the real text goes on');
    expect((await ground.trailOf(answer)).outcome).toBe('served');
  });

  test.each([
    ['the end mark', `${chunk({ content: 'a' })}${chunk({}, 'stop')}data: [DONE]`],
    ['the finish reason', `${chunk({ content: 'a' })}${chunk({}, 'stop').trimEnd()}`],
  ])(
    'without a blank line after %s is whole, and its last event is closed for the caller [promise:last-event-closed]',
    async (_, body) => {
      for (const ending of ['', '\n', '\r\n', '\r']) {
        const server = await rawServer((socket) => sendStream(socket, body + ending));
        const ground = await openGround({ providers: [{ name: 'raw', url: server.url }] });
        const answer = await ground.stream();
        // Each of its bytes once, and what was missing behind them.
        const missing = ending.endsWith('\n') ? ending : '\n\n';
        expect(answer.text).toBe(body + ending + missing);
        expect(answer.whole).toBe(true);
        expect((await ground.trailOf(answer)).outcome).toBe('served');
      }
    },
  );

  test('leaves out a malformed event and counts it [promise:malformed-event-skipped]', async () => {
    const ground = await openGround();
    const good = await ground.stream('m!tokens=6');
    const answer = await ground.stream('m!tokens=6+malformed@event=4');
    expect(answer.events).toEqual(good.events);
    expect(answer.whole).toBe(true);
    expect(await ground.trailOf(answer)).toMatchObject({ outcome: 'served', malformed: 1, attempts: [{}] });
  });
});
