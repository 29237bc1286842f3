import { afterEach, describe, expect, test } from 'vitest';

import { FORMAT_NAMES, type FormatName } from '../../src/core/operation.ts';
import { keysOf } from '../../src/lib/expect.ts';
import type { SimulatorOptions } from '../../src/simulator/index.ts';
import { AI_SDK_CALLERS } from './ai-sdk-callers.ts';
import type { Caller, Heard } from './caller.ts';
import { closeGrounds, type Ground, type GroundProvider, NO_BREAKER, openGround } from './ground.ts';
import { SDK_CALLERS } from './sdk-callers.ts';

afterEach(closeGrounds);

const QUESTION = 'Compare the weather and the time in Oslo.';
/** Thoughts with signatures, whatever the format calls them. */
const THINKING: SimulatorOptions = { fault: 'reasoning=5' };

function providerOf(format: FormatName, simulator: SimulatorOptions = {}): GroundProvider {
  return { name: format, format, simulator: { name: 'same', ...simulator } };
}

function originOf({ port }: Ground): string {
  return `http://127.0.0.1:${port}`;
}

/** What the caller hears from a provider of its own format. */
async function heardAtHome(caller: Caller): Promise<readonly Heard[]> {
  const ground = await openGround({ providers: [providerOf(caller.format)] });
  return caller.open(originOf(ground)).ask(QUESTION);
}

const ALL = keysOf(FORMAT_NAMES);
const CALLERS = [...SDK_CALLERS, ...AI_SDK_CALLERS];

describe.each(CALLERS)('a conversation with tools, held by $name', (caller) => {
  test.each(ALL)('is the same through a provider of %s', async (format) => {
    const home = await heardAtHome(caller);
    const ground = await openGround({ providers: [providerOf(format)] });
    const away = await caller.open(originOf(ground)).ask(QUESTION);
    // What the simulator says depends on the words it is told, and this library wraps what a tool answers once more.
    const exact = caller.name !== '@ai-sdk/google';
    expect(away.map((heard) => wordsOf(heard, exact))).toEqual(home.map((heard) => wordsOf(heard, exact)));
    expect(home[0]?.calls.map(({ name }) => name)).toEqual(['weather', 'time']);
    expect(ground.trails.every(({ outcome }) => outcome === 'served')).toBe(true);
  });

  test.each(ALL)('goes on with thoughts in it through a provider of %s', async (format) => {
    const ground = await openGround({ providers: [providerOf(format, THINKING)] });
    const conversation = caller.open(originOf(ground));
    const heard = [
      ...(await conversation.ask(QUESTION)),
      ...(await conversation.ask('And in Rome? Say the time.')),
    ];
    expect(heard.at(-1)?.text).not.toBe('');
    expect(storyOf(ground)).toEqual(heard.map(() => [format, 'served', 1]));
  });

  test.each(ALL.filter((format) => format !== caller.format))(
    'survives that its provider is replaced by one of %s, and comes back',
    async (format) => {
      const ground = await openGround({
        providers: [providerOf(caller.format, THINKING), { ...providerOf(format, THINKING), name: 'second' }],
        policy: NO_BREAKER,
      });
      const conversation = caller.open(originOf(ground));
      const first = await conversation.ask(QUESTION);
      ground.simulator(caller.format).setFault('503');
      const second = await conversation.ask('And in Rome? Say the time and the weather.');
      ground.simulator(caller.format).setFault('reasoning=5');
      const third = await conversation.ask('And in Lima? Say the weather.');
      expect([first, second, third].map((heard) => heard.at(-1)?.text !== '')).toEqual([true, true, true]);
      expect(ground.trails.map(({ outcome, served }) => [outcome, served?.provider])).toEqual([
        ...first.map(() => ['served', caller.format]),
        ...second.map(() => ['served', 'second']),
        ...third.map(() => ['served', caller.format]),
      ]);
      // What the way back cost: nobody had to ask twice.
      expect(ground.trails.slice(-third.length).map(({ attempts }) => attempts.length)).toEqual(
        third.map(() => 1),
      );
    },
  );
});

/** Who served each exchange, and in how many attempts. */
function storyOf(ground: Ground): unknown {
  return ground.trails.map(({ outcome, attempts, served }) => [served?.provider, outcome, attempts.length]);
}

function wordsOf({ text, calls, finish }: Heard, exact: boolean): unknown {
  return { text: exact ? text : text !== '', calls, finish };
}
