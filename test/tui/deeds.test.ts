import { describe, expect, it } from 'vitest';

import { ControlError } from '../../src/control/index.ts';
import { SpendingTally } from '../../src/core/spending.ts';
import { type DeedPorts, perform } from '../../src/tui/deeds/perform.ts';
import { reduce } from '../../src/tui/state.ts';
import { frameOf, stateOf } from './frame.ts';
import { healthy, NOON, OPENAI } from './scenes.ts';

const spending = new SpendingTally(NOON).spending;

function ports(more: Partial<DeedPorts> = {}): DeedPorts {
  return {
    call: async () => {
      throw new ControlError('declined', 'the daemon declined', 'gw restart');
    },
    copy: async () => 'pbcopy',
    save: async (name) => `/here/${name}`,
    testRoute: async (route) => [`${route} is well`],
    readSpending: async () => spending,
    readRequest: async () => undefined,
    readCapture: async ({ id }) => ({
      id,
      is: 'missing',
      why: 'bodies are not captured',
      fix: 'gw restart --capture all',
    }),
    priceReplay: async () => undefined,
    replay: async () => ['the same'],
    ...more,
  };
}

describe('a deed', () => {
  it.each([
    [{ is: 'copy', text: 'x', what: 'the command' }, '✓ copied the command (pbcopy)'],
    [{ is: 'save', name: 'a.json', text: '{}' }, '✓ written to /here/a.json'],
  ] as const)('says what came of it: %o', async (deed, text) => {
    expect(await perform(ports(), deed)).toEqual({ is: 'said', text, good: true });
  });

  it('says that there is no clipboard, and where the text is', async () => {
    const result = await perform(ports({ copy: async () => undefined }), {
      is: 'copy',
      text: 'x',
      what: 'it',
    });
    expect(result).toMatchObject({ is: 'said', good: false, text: expect.stringContaining('on the screen') });
  });

  it.each([
    { is: 'switch-provider', provider: 'groq', enabled: false },
    { is: 'move-target', route: 'default', target: 'groq', by: 1 },
    { is: 'reset-breaker', target: OPENAI },
    { is: 'trip-breaker', target: OPENAI, openMs: 1 },
  ] as const)('that the daemon declines says why and what to do: $is', async (deed) => {
    expect(await perform(ports(), deed)).toEqual({
      is: 'said',
      text: '✗ the daemon declined (fix: gw restart)',
      good: false,
    });
  });

  it('asks the daemon for what it is about', async () => {
    const asked: unknown[] = [];
    const call: DeedPorts['call'] = async (method, params) => {
      asked.push([method, params]);
      return JSON.parse('{"targets":["b","a"]}') as never;
    };
    const result = await perform(ports({ call }), {
      is: 'move-target',
      route: 'default',
      target: 'b',
      by: -1,
    });
    expect(asked).toEqual([['move-target', { route: 'default', target: 'b', by: -1 }]]);
    expect(result).toMatchObject({ text: '✓ route default: b, a' });
  });

  it('never rejects, whatever the world does', async () => {
    const broken = ports({
      save: async () => {
        throw new Error('EEXIST: file already exists');
      },
    });
    expect(await perform(broken, { is: 'save', name: 'a', text: '' })).toMatchObject({ good: false });
  });

  it('that finds much opens it to be read, and esc leads back', async () => {
    const result = await perform(ports(), { is: 'test-route', route: 'default' });
    const told = reduce(stateOf(healthy(), 100, 30, ['3']), { type: 'deed-done', result });
    expect(frameOf(told).join('\n')).toContain('default is well');
    expect(reduce(told, { type: 'key-pressed', key: 'escape' }).screen.is).toBe('providers');
  });

  it('that reads the record is asked for when one goes there, and shown when it is read', async () => {
    const asking = stateOf(healthy(), 100, 30, ['5']);
    expect(asking.wanted).toEqual([{ is: 'read-spending', days: 1 }]);
    expect(frameOf(asking).join('\n')).toContain('reading the record');
    const result = await perform(ports(), { is: 'read-spending', days: 1 });
    const shown = reduce(asking, { type: 'deed-done', result });
    expect(frameOf(shown).join('\n')).toContain('nothing was asked in that time');
    expect(shown.wanted).toEqual([]);
  });
});
