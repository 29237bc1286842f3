import { describe, expect, it } from 'vitest';

import type { Turn } from '../../../src/core/conversation.ts';
import { type FitRules, fitTurns } from '../../../src/formats/hub/fit.ts';
import { PLAIN_IDS } from '../../../src/formats/hub/ids.ts';

const RULES: FitRules = {
  format: 'anthropic-messages',
  provider: 'p',
  ids: PLAIN_IDS,
  foreignReasoning: 'drop',
  joinsTurns: true,
  lateSystem: 'after-user',
};

const say = (role: Turn['role'], text: string): Turn => ({ role, parts: [{ kind: 'text', text }] });

function fitted(...turns: readonly Turn[]): { told: string[]; losses: string[] } {
  const { turns: rest, losses } = fitTurns(turns, RULES);
  const told = rest.map(
    ({ role, parts }) =>
      `${role}: ${parts.map((part) => (part.kind === 'text' ? part.text : part.kind)).join('|')}`,
  );
  return { told, losses: [...losses] };
}

describe('an instruction in the middle, for a target that takes it only after the user', () => {
  it('stays at the end and before the model speaks', () => {
    expect(
      fitted(
        say('user', 'a'),
        say('developer', 's'),
        say('assistant', 'b'),
        say('user', 'c'),
        say('system', 't'),
      ),
    ).toEqual({ told: ['user: a', 'system: s', 'assistant: b', 'user: c', 'system: t'], losses: [] });
  });

  it('joins the one before it', () => {
    expect(fitted(say('user', 'a'), say('system', 's'), say('developer', 't')).told).toEqual([
      'user: a',
      'system: s|t',
    ]);
  });

  it('is told by the user after the model, or between two turns of the user', () => {
    expect(fitted(say('user', 'a'), say('assistant', 'b'), say('system', 's'), say('user', 'c'))).toEqual({
      told: ['user: a', 'assistant: b', 'user: <system>\ns\n</system>|c'],
      losses: ['late-system'],
    });
    expect(fitted(say('user', 'a'), say('system', 's'), say('user', 'b')).told).toEqual([
      'user: a|<system>\ns\n</system>|b',
    ]);
  });

  it('goes behind the results of calls that stand after it', () => {
    const call: Turn = {
      role: 'assistant',
      parts: [{ kind: 'call', id: 'c1', name: 'f', arguments: '{}' }],
    };
    const result: Turn = { role: 'user', parts: [{ kind: 'result', id: 'c1', content: [] }] };
    expect(fitted(say('user', 'a'), call, say('system', 's'), result).told).toEqual([
      'user: a',
      'assistant: call',
      'user: result',
      'system: s',
    ]);
  });

  it('is no late one while nobody has spoken', () => {
    const { system, turns } = fitTurns([say('system', 's'), say('developer', 't'), say('user', 'a')], RULES);
    expect([system.length, turns.length]).toEqual([2, 1]);
  });
});
