import { afterEach, describe, expect, test } from 'vitest';

import { FORMAT_NAMES } from '../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { readStream } from '../contract/stream-contracts.ts';
import { flaws, openPair, SHORT, storyOf, uncut } from './continued-ground.ts';
import { forEach } from './for-each.ts';
import { closeGrounds, openGround, routeOver, until } from './ground.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const CALLERS = keysOf(CALLER_FORMATS);
const PROVIDERS = keysOf(FORMAT_NAMES);
const CUTS = ['reset@token=9', 'cut@token=9;by=end', 'fin@token=9', 'stall@token=9', 'error-in-200@token=9'];
const WAYS = ['continue', 'refuse', 'ignore'] as const;

describe.each(CALLERS)('a caller of %s', (caller) => {
  test.each(PROVIDERS)(
    'gets its whole answer from two providers of %s when the first breaks off [promise:cut-continued]',
    async (format) => {
      const wrong: string[] = [];
      for (const way of WAYS) {
        const ground = await openPair(format, format, way);
        const text = await uncut(ground, caller);
        await forEach(CUTS, 5, async (cut) => {
          const answer = await ground.ask(askIn(caller, `m!${cut}`, true));
          const trail = await ground.trailOf(answer);
          const flaw = flaws(caller, answer.text, answer.whole, text);
          if (flaw !== '' || trail.outcome !== 'served' || trail.continued !== true)
            wrong.push(`${way} ${cut}: ${flaw} (${storyOf(trail)})`);
        });
        expect(ground.logLines.filter((line) => line.includes('crashed'))).toEqual([]);
        await ground.close();
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('an answer that breaks off', () => {
  test('is continued by a provider of any other format', async () => {
    const wrong: string[] = [];
    const pairs = CALLERS.flatMap((caller) =>
      PROVIDERS.flatMap((first) =>
        PROVIDERS.filter((second) => second !== first).map((second) => [caller, first, second] as const),
      ),
    );
    await forEach(pairs, 8, async ([caller, first, second]) => {
      const ground = await openPair(first, second, 'continue');
      const text = await uncut(ground, caller);
      const answer = await ground.ask(askIn(caller, 'm!reset@token=7', true));
      const flaw = flaws(caller, answer.text, answer.whole, text);
      if (flaw !== '')
        wrong.push(`${caller} ${first} ${second}: ${flaw} (${storyOf(await ground.trailOf(answer))})`);
      await ground.close();
    });
    expect(wrong).toEqual([]);
  });

  test('is continued where its text is another, from the very place, by a model that is told to', async () => {
    const ground = await openGround({
      providers: ['first', { name: 'second', simulator: { seed: 7 } }],
      routes: [
        routeOver([], {
          targets: [
            { provider: 'first', model: undefined },
            { provider: 'second', model: 'backup!prefill=refuse' },
          ],
        }),
      ],
      policy: SHORT,
    });
    const answer = await ground.stream('m!reset@token=6');
    const trail = await ground.trailOf(answer);
    expect(trail.attempts.map(({ continued, fault }) => [continued?.how, fault])).toEqual([
      [undefined, 'stream_broken'],
      ['prefill', 'untranslatable'],
      ['replay', 'not_continued'],
      ['instructed', undefined],
    ]);
    const read = readStream('openai-chat', answer.text);
    expect([read.end, answer.whole, read.breaches]).toEqual(['whole', true, []]);
    expect(read.text.length).toBeGreaterThan(trail.attempts[3]?.continued?.kept ?? 0);
    // What was learned is used at once: the second time nothing is tried that is known to fail.
    const again = await ground.trailOf(await ground.stream('m!reset@token=6'));
    expect(again.attempts.map(({ continued }) => continued?.how)).toEqual([
      undefined,
      'replay',
      'instructed',
    ]);
  });

  test('and again, and again, is one answer all the same, and ends when nobody is left', async () => {
    const same = { name: 'same' };
    const ground = await openGround({
      providers: ['first', 'second', 'third'].map((name) => ({ name, simulator: same })),
      routes: [
        routeOver([], {
          targets: ['first', 'second', 'third'].map((provider) => ({ provider, model: undefined })),
        }),
      ],
      policy: SHORT,
    });
    const text = await uncut(ground, 'openai-chat');
    ground.simulator('first').setFault('reset@token=4');
    ground.simulator('second').setFault('reset@token=5');
    const answer = await ground.stream();
    expect(readStream('openai-chat', answer.text)).toEqual({ end: 'whole', text, breaches: [] });
    expect(answer.text.match(/^: gw continued by/gm)).toHaveLength(2);
    expect((await ground.trailOf(answer)).attempts.map(({ fault }) => fault)).toEqual([
      'stream_broken',
      'stream_broken',
      undefined,
    ]);
    ground.simulator('third').setFault('reset@token=1');
    const cut = await ground.stream();
    expect([cut.whole, readStream('openai-chat', cut.text).end]).toEqual([false, 'error']);
    const { outcome, attempts } = await ground.trailOf(cut);
    expect(outcome).toBe('cut');
    // Each of them three times at most.
    expect(attempts.length).toBeLessThanOrEqual(9);
  });

  test('is continued by its own target where that is the only one', async () => {
    const ground = await openGround({ providers: ['first'], policy: SHORT });
    const text = await uncut(ground, 'openai-chat');
    const answer = await ground.stream('m!reset@token=9;first=1');
    expect(flaws('openai-chat', answer.text, answer.whole, text)).toBe('');
    expect(ground.calls('first')).toBe(3);
  });

  test('is booked in both its parts, the first as an estimate', async () => {
    const ground = await openPair('openai-chat', 'openai-chat', 'continue');
    const answer = await ground.stream('m!reset@token=9', { stream_options: { include_usage: true } });
    const { attempts, usage } = await ground.trailOf(answer);
    const [first, second] = attempts;
    expect(first).toMatchObject({ usageEstimated: true, usage: { output: expect.any(Number) } });
    expect(second?.usageEstimated).toBeUndefined();
    const sum = (first?.usage?.output ?? 0) + (second?.usage?.output ?? 0);
    expect(usage?.output).toBe(sum);
    expect(answer.text).toContain(`"completion_tokens":${sum}`);
  });

  test.each([
    [
      'while it calls a tool',
      { tools: [{ type: 'function', function: { name: 'f' } }] },
      'call-tool+reset@token=1',
      /tool/,
    ],
    ['while it thinks', {}, 'reasoning=9+reset@token=4', /thinking/],
    ['when several were asked for', { n: 2 }, 'reset@token=4', /several/],
    [
      'when it must be structured',
      { response_format: { type: 'json_object' } },
      'reset@token=3',
      /structured/,
    ],
    ['when tokens must have their probabilities', { logprobs: true }, 'reset@token=3', /probabilities/],
  ])('%s is not continued, and its caller is told [promise:cut-told]', async (_, more, fault, why) => {
    const ground = await openPair('openai-chat', 'openai-chat', 'continue');
    const answer = await ground.stream(`m!${fault}`, more);
    expect(answer.whole).toBe(false);
    expect(readStream('openai-chat', answer.text).end).toBe('error');
    const { outcome, attempts, continued } = await ground.trailOf(answer);
    expect([outcome, continued, ground.calls('second')]).toEqual(['cut', undefined, 0]);
    expect(attempts[0]?.notContinued).toMatch(why);
  });

  test('in a whole answer is plain failover: the caller had nothing', async () => {
    const ground = await openPair('openai-chat', 'openai-chat', 'continue');
    const answer = await ground.chat('m!reset@byte=200');
    expect(answer.status).toBe(200);
    expect((await ground.trailOf(answer)).attempts.map(({ continued }) => continued)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('is continued for 64 callers at once', async () => {
    const ground = await openPair('anthropic-messages', 'openai-chat', 'ignore');
    const wrong: string[] = [];
    const texts = new Map<string, string>();
    for (const caller of CALLERS) texts.set(caller, await uncut(ground, caller));
    const asked = Array.from({ length: 64 }, (_, at) => CALLERS[at % CALLERS.length] ?? 'openai-chat');
    await forEach(asked, 64, async (caller) => {
      const answer = await ground.ask(askIn(caller, 'm!cut@token=8', true));
      const flaw = flaws(caller, answer.text, answer.whole, texts.get(caller) ?? '');
      if (flaw !== '') wrong.push(`${caller}: ${flaw}`);
    });
    expect(wrong).toEqual([]);
  });

  test('is not continued for a caller that hung up', async () => {
    const ground = await openPair('openai-chat', 'openai-chat', 'continue');
    const call = ground.open(askIn('openai-chat', 'm!stall@token=3', true));
    await call.untilText('data: ');
    call.hangUp();
    await until(() => ground.trails.length === 1, 'the exchange ended');
    expect([ground.trails[0]?.outcome, ground.calls('second')]).toEqual(['gone', 0]);
  });
});
