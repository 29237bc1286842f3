import { describe, expect, it } from 'vitest';

import type { SeenCapture } from '../../src/tui/deed.ts';
import { perform } from '../../src/tui/deeds/perform.ts';
import { type AppState, reduce } from '../../src/tui/state.ts';
import { frameOf, stateOf } from './frame.ts';
import { failedOver, healthy, running, served } from './scenes.ts';

const trail = failedOver(50);

function press(state: AppState, ...keys: readonly string[]): AppState {
  return keys.reduce((before, key) => reduce(before, { type: 'key-pressed', key }), state);
}

/** The request screen of an exchange that failed over. */
function opened(...keys: readonly string[]): AppState {
  const scene = { ...healthy(), live: [], recent: [trail, served(49)] };
  return stateOf(scene, 100, 24, ['2', 'j', 'enter', ...keys]);
}

const found: SeenCapture = {
  id: trail.id,
  is: 'found',
  request: {
    headers: [
      ['content-type', 'application/json'],
      ['authorization', 'Bearer [secret …cdef]'],
    ],
    lines: ['{', '  "model": "gpt-4o",', `  "messages": "${'word '.repeat(30)}"`, '}'],
  },
  answer: { headers: [['x-gw-provider', 'groq']], lines: ['data: \u001b[2Jhello', '', 'data: [DONE]'] },
};

function told(state: AppState, capture: SeenCapture): AppState {
  return reduce(state, { type: 'deed-done', result: { is: 'capture', capture } });
}

describe('headers and bodies of a request', () => {
  it('are read when their tab is opened, and said to be read', () => {
    const state = opened('tab', 'tab');
    expect(state.wanted).toEqual([{ is: 'read-capture', trail }]);
    expect(frameOf(state).join('\n')).toContain('reading the record');
  });

  it('are shown under their own tabs, safe for the terminal and within it', () => {
    const headers = told(opened('tab', 'tab'), found);
    expect(frameOf(headers).join('\n')).toContain('authorization: Bearer [secret …cdef]');
    const body = press(headers, 'tab');
    expect(body.wanted).toEqual([]);
    const frame = frameOf(body).join('\n');
    expect(frame).toContain('"model": "gpt-4o"');
    expect(frame).toContain('data: ·[2Jhello');
    expect(Math.max(...frameOf(body).map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('that were not captured say why, and which command captures those to come', () => {
    const missing = {
      id: trail.id,
      is: 'missing',
      why: 'bodies are not captured',
      fix: 'gw restart --capture all',
    } as const;
    const frame = frameOf(told(opened('tab', 'tab', 'tab'), missing)).join('\n');
    expect(frame).toContain('Its headers and bodies are not there: bodies are not captured.');
    expect(frame).toContain('fix: gw restart --capture all');
  });

  it('are read again for the next request in the list, and never mixed up', () => {
    const next = press(told(opened('tab', 'tab'), found), 'n');
    expect(next.wanted).toMatchObject([{ is: 'read-capture', trail: { id: served(49).id } }]);
    expect(frameOf(next).join('\n')).toContain('reading the record');
  });
});

describe('asking the same again', () => {
  it('finds out the price first, asks, and y sends it', () => {
    const pricing = opened('r');
    expect(pricing.wanted).toEqual([{ is: 'price-replay', trail }]);
    const deed = { is: 'replay', trail } as const;
    const question = 'ask groq/llama again, for about $0.0012?';
    const asked = reduce(pricing, { type: 'deed-done', result: { is: 'ready', question, deed } });
    expect([asked.prompt, asked.wanted]).toEqual([{ is: 'question', question, deed }, []]);
    expect(frameOf(asked).at(-1)).toContain('$0.0012');
    expect(press(asked, 'y').wanted).toEqual([deed]);
    expect(press(asked, 'n').wanted).toEqual([]);
  });

  it('asks nobody where it costs nothing', () => {
    const deed = { is: 'replay', trail } as const;
    const result = { is: 'ready', question: undefined, deed } as const;
    const state = reduce(opened('r'), { type: 'deed-done', result });
    expect([state.prompt, state.wanted]).toEqual([undefined, [deed]]);
  });

  it('asks nothing of somebody who has gone elsewhere meanwhile', () => {
    const result = { is: 'ready', question: 'sure?', deed: { is: 'replay', trail } } as const;
    const state = reduce(opened('r', 'escape'), { type: 'deed-done', result });
    expect([state.prompt, state.wanted]).toEqual([undefined, []]);
  });

  it('goes through the other targets, the ones of its plan first', () => {
    const first = opened('o');
    const second = press(first, 'o');
    const on = (state: AppState) =>
      state.wanted.flatMap((deed) => (deed.is === 'price-replay' ? deed.on : []));
    expect(on(first)).toEqual(['openai/gpt-4o']);
    expect(on(second)).toHaveLength(1);
    expect(on(second)).not.toEqual(on(first));
  });

  it('shows both answers to be read, and esc leads back to the request', async () => {
    const deed = { is: 'replay', trail, on: 'openai/gpt-4o' } as const;
    const unused = async (): Promise<never> => {
      throw new Error('not asked for');
    };
    const result = await perform(
      {
        call: unused,
        copy: unused,
        save: unused,
        testRoute: unused,
        readSpending: unused,
        readRequest: async () => undefined,
        readCapture: unused,
        priceReplay: unused,
        replay: async (_, on) => [`now ${on}`, '  the capital is [-Paris-]{+Lyon+}'],
      },
      deed,
    );
    const shown = reduce(opened(), { type: 'deed-done', result });
    expect(frameOf(shown).join('\n')).toContain('[-Paris-]{+Lyon+}');
    expect(frameOf(shown).join('\n')).toContain(`${trail.id} ASKED AGAIN`);
    expect(press(shown, 'escape').screen.is).toBe('request');
  });

  it('is refused while it runs, and where one may only look', () => {
    const live = stateOf({ ...healthy(), live: [running(59)], recent: [] }, 100, 24, [
      '2',
      'j',
      'enter',
      'r',
    ]);
    expect(live.notice?.text).toBe('it is still running');
    const looking = press({ ...opened(), readonly: true }, 'r');
    expect(looking.notice?.text).toBe('this dashboard only looks (--readonly)');
    expect(looking.wanted).toEqual([]);
  });
});
