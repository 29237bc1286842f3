import { afterEach, describe, expect, test } from 'vitest';

import { forEach } from './for-each.ts';
import { closeGrounds, type Ground, NO_BREAKER, openGround } from './ground.ts';
import { type Answer, get } from './raw-client.ts';
import { chunk, closeRawServers, rawServer, sendStream } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

type Shown = 'other target' | 'explicit error' | 'success' | 'truncated in silence' | 'a mixture';

/** What a caller makes of an answer, with nothing but the answer to go by. */
async function shown(ground: Ground, answer: Answer): Promise<Shown> {
  const { outcome } = await ground.trailOf(answer);
  const own = answer.text.includes('fp_first');
  if (own && answer.text.includes('fp_second')) return 'a mixture';
  const finished = answer.whole && answer.text.includes('"finish_reason":"stop"');
  if (!own) return finished && outcome === 'served' ? 'other target' : 'truncated in silence';
  if (finished) return outcome === 'served' ? 'success' : 'truncated in silence';
  const last = answer.events.at(-1) ?? '';
  const told = !answer.whole && outcome === 'cut' && get(JSON.parse(last), 'error.code') === 'stream_broken';
  return told ? 'explicit error' : 'truncated in silence';
}

/** Where in the bytes of a stream its first content and its finish reason have arrived whole. */
function milestones(body: string): { content: number; finish: number } {
  const endOf = (mark: string): number => body.indexOf('\n\n', body.indexOf(mark)) + 2;
  return { content: endOf('"delta":{"content":"'), finish: endOf('"finish_reason":"stop"') };
}

describe('a stream broken at every byte', () => {
  test.each(['reset', 'fin', 'cut;by=end'])(
    'by %s is another target’s, an explicit error or a success [promise:reset-before-content] [promise:reset-after-content] [promise:reset-after-end] [promise:truncation-never-success]',
    async (form) => {
      const ground = await openGround({ policy: { ...NO_BREAKER, retries: 0, onCut: 'error' } });
      const model = (at: number): string => {
        const [name, option] = form.split(';');
        return `m!text=Hi you.+${name}@byte=${at}${option === undefined ? '' : `;${option}`}`;
      };
      const direct = await fetch(`${ground.profile.providers[0]?.url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'm!text=Hi you.',
          stream: true,
          stream_options: { include_usage: true },
          messages: [{ role: 'user', content: 'x' }],
        }),
      });
      const body = await direct.text();
      const { content, finish } = milestones(body);
      expect([content > 0, finish > content, body.length > finish]).toEqual([true, true, true]);
      const wrong: string[] = [];
      const offsets = Array.from({ length: body.length }, (_, index) => index);
      await forEach(offsets, 24, async (at) => {
        const answer = await ground.stream(model(at), { messages: [{ role: 'user', content: 'x' }] });
        const got = await shown(ground, answer);
        // An event without its blank line is judged when the stream ends, so one line feed less may do.
        const wanted: Shown[] =
          at < content - 2
            ? ['other target']
            : at < content
              ? ['other target', 'explicit error']
              : at < finish - 2
                ? ['explicit error']
                : at < finish
                  ? ['explicit error', 'success']
                  : ['success'];
        if (!wanted.includes(got)) wrong.push(`${at} of ${body.length}: ${got}`);
      });
      expect(wrong).toEqual([]);
    },
    240_000,
  );

  test.each(['reset', 'fin'])(
    'and whole answers broken by %s are never passed on in part',
    async (form) => {
      const ground = await openGround({ policy: { ...NO_BREAKER, retries: 0, onCut: 'error' } });
      const { bytes } = await ground.chat('m!text=Hi you.');
      const wrong: string[] = [];
      await forEach(
        Array.from({ length: bytes.length }, (_, at) => at),
        24,
        async (at) => {
          const got = await shown(ground, await ground.chat(`m!text=Hi you.+${form}@byte=${at}`));
          if (got !== 'other target') wrong.push(`${at} of ${bytes.length}: ${got}`);
        },
      );
      expect(wrong).toEqual([]);
    },
    240_000,
  );
});

describe('a stream without its terminal event', () => {
  test.each([
    ['no finish reason and no end mark, by a tidy end', 'cut@token=3;by=end'],
    ['the same, where the end of the connection is the end of the body', 'fin-no-terminal'],
  ])('(%s) is an error, and not recorded as served [promise:truncation-never-success]', async (_, fault) => {
    const ground = await openGround({ policy: { onCut: 'error' } });
    const answer = await ground.stream(`m!tokens=9+${fault}`);
    expect(await shown(ground, answer)).toBe('explicit error');
    expect(answer.events).not.toContain('[DONE]');
    const trail = await ground.trailOf(answer);
    expect([trail.outcome, trail.served]).toEqual(['cut', undefined]);
  });

  test('of several answers waits for each of them', async () => {
    const first = `${chunk({ role: 'assistant' }, null, 0)}${chunk({ role: 'assistant' }, null, 1)}`;
    const body = `${first}${chunk({ content: 'a' }, null, 0)}${chunk({ content: 'b' }, null, 1)}${chunk({}, 'stop', 0)}`;
    const server = await rawServer((socket) => sendStream(socket, body));
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }] });
    const answer = await ground.stream('m', { n: 2 });
    expect(answer.whole).toBe(false);
    expect((await ground.trailOf(answer)).outcome).toBe('cut');
  });

  test('but with every finish reason and a clean end is whole, as some hosts never send an end mark', async () => {
    const ground = await openGround();
    const answer = await ground.stream('m!tokens=4+no-done');
    expect(await shown(ground, answer)).toBe('success');
  });
});

describe('opening frames', () => {
  test('of any number of failed targets leave no byte in the answer [promise:held-opening]', async () => {
    const ground = await openGround({ providers: ['first', 'second', 'third'], policy: NO_BREAKER });
    for (const fault of ['reset@event=1', 'fin@event=1', 'cut@event=1;by=end', 'error-in-200@event=1']) {
      ground.simulator('first').setFault(fault);
      ground.simulator('second').setFault(`comments+${fault}`);
      const answer = await ground.stream();
      expect(answer.headers['x-gw-provider']).toBe('third');
      expect(answer.text).not.toMatch(/fp_(first|second)|ping/);
      expect(answer.events.filter((event) => event.includes('"role":"assistant"'))).toHaveLength(1);
    }
  });

  test.each([
    ['a tool call', chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] })],
    ['reasoning', chunk({ reasoning_content: 'hm' })],
    ['a refusal', chunk({ refusal: 'no' })],
  ])('end with %s as with text', async (_, event) => {
    const server = await rawServer((socket) =>
      sendStream(socket, chunk({ role: 'assistant', content: '' }) + event),
    );
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }, 'second'] });
    const answer = await ground.stream();
    expect(answer.text.startsWith(chunk({ role: 'assistant', content: '' }) + event)).toBe(true);
    expect((await ground.trailOf(answer)).outcome).toBe('cut');
    expect(ground.calls('second')).toBe(0);
  });
});
