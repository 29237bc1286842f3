import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { OpaqueState, Part, ResultPart, Turn } from '../../../src/core/conversation.ts';
import { type FitRules, fitTurns } from '../../../src/formats/hub/fit.ts';
import { CHAT_IDS, isLegalId, NINE_CHARACTER_IDS, PLAIN_IDS } from '../../../src/formats/hub/ids.ts';
import { anyTurns } from './hub-samples.ts';

const RULES: FitRules = {
  format: 'openai-chat',
  provider: 'here',
  ids: CHAT_IDS,
  foreignReasoning: 'drop',
  joinsTurns: false,
  lateSystem: 'native',
};

const anyRules: fc.Arbitrary<FitRules> = fc.record({
  format: fc.constantFrom('openai-chat', 'anthropic-messages'),
  provider: fc.constantFrom('here', 'there'),
  ids: fc.constantFrom(CHAT_IDS, NINE_CHARACTER_IDS, PLAIN_IDS),
  foreignReasoning: fc.constantFrom('drop', 'text'),
  joinsTurns: fc.boolean(),
  lateSystem: fc.constantFrom('native', 'after-user', 'as-user'),
});

function user(...parts: Part[]): Turn {
  return { role: 'user', parts };
}

function assistant(...parts: Part[]): Turn {
  return { role: 'assistant', parts };
}

function text(words: string): Part {
  return { kind: 'text', text: words };
}

function call(id: string, name = 'add'): Part {
  return { kind: 'call', id, name, arguments: '{}' };
}

function result(id: string, words = 'done'): ResultPart {
  return { kind: 'result', id, content: [{ kind: 'text', text: words }] };
}

/** Every result stands right after the model's turn that called for it, in order; and there is no other. */
function expectPaired(turns: readonly Turn[]): void {
  let owed: string[] = [];
  for (const { role, parts } of turns) {
    if (role === 'assistant') {
      owed.push(...parts.filter((part) => part.kind === 'call').map(({ id }) => id));
      expect(parts.some((part) => part.kind === 'result')).toBe(false);
      continue;
    }
    const given = parts.filter((part) => part.kind === 'result').map(({ id }) => id);
    expect(given).toEqual(owed);
    expect(parts.slice(0, given.length).every((part) => part.kind === 'result')).toBe(true);
    owed = [];
  }
  expect(owed).toEqual([]);
}

function statesOf(turns: readonly Turn[], system: readonly Part[]): OpaqueState[] {
  return [...system, ...turns.flatMap(({ parts }) => parts)].flatMap(({ opaque }) => opaque ?? []);
}

describe('a conversation fitted to its target', () => {
  it('has exactly one result right after every call, whatever came in', () => {
    fc.assert(fc.property(anyTurns, anyRules, (turns, rules) => expectPaired(fitTurns(turns, rules).turns)));
  });

  it('has no two calls of one id, and only ids the target allows', () => {
    fc.assert(
      fc.property(anyTurns, anyRules, (turns, rules) => {
        const ids = fitTurns(turns, rules)
          .turns.flatMap(({ parts }) => parts)
          .flatMap((part) => (part.kind === 'call' ? [part.id] : []));
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => isLegalId(id, rules.ids))).toBe(true);
      }),
    );
  });

  it('has opaque state of its own provider and nobody else', () => {
    fc.assert(
      fc.property(anyTurns, anyRules, (turns, rules) => {
        const fitted = fitTurns(turns, rules);
        for (const { format, provider } of statesOf(fitted.turns, fitted.system)) {
          expect(format).toBe(rules.format);
          expect([undefined, rules.provider]).toContain(provider);
        }
      }),
    );
  });

  it('is the same every time, and fitting it again changes nothing', () => {
    fc.assert(
      fc.property(anyTurns, anyRules, (turns, rules) => {
        const once = fitTurns(turns, rules);
        expect(fitTurns(structuredClone(turns), rules)).toEqual(once);
        const lead: Turn[] = once.system.length > 0 ? [{ role: 'system', parts: once.system }] : [];
        const twice = fitTurns([...lead, ...once.turns], rules);
        expect(twice.turns).toEqual(once.turns);
        expect(twice.system).toEqual(once.system);
        expect([...twice.losses]).toEqual([]);
      }),
    );
  });

  it('has no empty turns, and joins neighbours where the target wants that', () => {
    fc.assert(
      fc.property(anyTurns, anyRules, (turns, rules) => {
        const fitted = fitTurns(turns, rules).turns;
        expect(fitted.every(({ parts }) => parts.length > 0)).toBe(true);
        if (!rules.joinsTurns) return;
        for (const [index, { role }] of fitted.entries()) expect(fitted[index + 1]?.role).not.toBe(role);
      }),
    );
  });

  it('keeps the beginning of a conversation as it was when more is said', () => {
    const settled = anyTurns.map((turns): Turn[] => [...turns, user(text('go on'))]);
    fc.assert(
      fc.property(settled, anyTurns, anyRules, (before, after, rules) => {
        const apart = { ...rules, joinsTurns: false };
        const first = fitTurns([...before, assistant(text('said'))], apart).turns;
        const second = fitTurns([...before, assistant(text('said')), user(text('more')), ...after], apart);
        expect(second.turns.slice(0, first.length)).toEqual(first);
      }),
    );
  });

  it('keeps the text and the system prompt', () => {
    const turns = [
      { role: 'system', parts: [text('be brief')] },
      { role: 'developer', parts: [text('be kind')] },
      user(text('hello')),
    ] as const;
    const { system, turns: rest, losses } = fitTurns(turns, RULES);
    expect(system).toEqual([text('be brief'), text('be kind')]);
    expect(rest).toEqual([user(text('hello'))]);
    expect([...losses]).toEqual([]);
  });

  it('moves results to their calls, before anything else the user says', () => {
    const { turns, losses } = fitTurns(
      [
        assistant(call('a1'), call('b1')),
        user(text('by the way'), result('b1', 'two')),
        user(result('a1', 'one')),
      ],
      RULES,
    );
    expect(turns).toEqual([
      assistant(call('a1'), call('b1')),
      user({ ...result('a1', 'one'), name: 'add' }, { ...result('b1', 'two'), name: 'add' }),
      user(text('by the way')),
    ]);
    expect([...losses]).toEqual([]);
  });

  it('answers a call that has no result with an error, and tells a result without a call as text', () => {
    const { turns, losses } = fitTurns([assistant(call('a1')), user(result('zz', 'who asked?'))], RULES);
    expect(turns[1]?.parts).toMatchObject([{ kind: 'result', id: 'a1', isError: true }]);
    expect(turns[2]?.parts).toEqual([text('<result of zz>\nwho asked?\n</result>')]);
    expect([...losses].sort()).toEqual(['orphan-call', 'orphan-result']);
  });

  it('gives calls of one id different ones, each with its own result', () => {
    const { turns } = fitTurns(
      [
        assistant(call('call_0'), call('call_0', 'multiply')),
        user(result('call_0', 'first'), result('call_0', 'second')),
        assistant(call('call_0')),
        user(result('call_0', 'third')),
      ],
      RULES,
    );
    const results = turns.flatMap(({ parts }) => parts).filter((part) => part.kind === 'result');
    expect(results.map(({ content }) => content[0])).toEqual([text('first'), text('second'), text('third')]);
    expect(new Set(results.map(({ id }) => id)).size).toBe(3);
    expect(results[0]?.id).toBe('call_0');
  });

  it('drops the thoughts of others, or keeps their words where the target has a place for them', () => {
    const thought: Part = {
      kind: 'reasoning',
      text: 'hm',
      opaque: [{ format: 'gemini', provider: 'g', kind: 'signature', data: 's' }],
    };
    const dropped = fitTurns([assistant(thought, text('yes'))], RULES);
    expect(dropped.turns).toEqual([assistant(text('yes'))]);
    expect([...dropped.losses]).toEqual(['reasoning']);
    const kept = fitTurns([assistant(thought, text('yes'))], { ...RULES, foreignReasoning: 'text' });
    expect(kept.turns).toEqual([assistant({ kind: 'reasoning', text: 'hm' }, text('yes'))]);
  });

  it('keeps a thought that is nothing but its own state', () => {
    const redacted: Part = {
      kind: 'reasoning',
      text: '',
      opaque: [{ format: 'openai-chat', provider: 'here', kind: 'encrypted', data: 'x' }],
    };
    expect(fitTurns([assistant(redacted)], RULES).turns).toEqual([assistant(redacted)]);
  });

  it('tells a late instruction in the words of the user where the target has no other way', () => {
    const late: Turn = { role: 'system', parts: [text('now in French')] };
    const { turns, losses } = fitTurns([user(text('hi')), late], { ...RULES, lateSystem: 'as-user' });
    expect(turns[1]).toEqual(user(text('<system>\nnow in French\n</system>')));
    expect([...losses]).toEqual(['late-system']);
    expect(fitTurns([user(text('hi')), late], RULES).turns[1]).toEqual(late);
  });

  it('takes time in proportion to a conversation of ten thousand calls of one id', () => {
    const calls = Array.from({ length: 10_000 }, () => call('call_0'));
    const results = Array.from({ length: 10_000 }, (_, index) => result('call_0', String(index)));
    const { turns } = fitTurns([assistant(...calls), user(...results)], RULES);
    expect(turns[1]?.parts).toHaveLength(10_000);
    expectPaired(turns);
  });
});

describe('a thought whose signature stands beside it', () => {
  const rules: FitRules = { ...RULES, format: 'gemini', signsBeside: true };
  const state = (provider: string): OpaqueState => ({
    format: 'gemini',
    provider,
    kind: 'signature',
    data: 'x',
  });
  const thought: Part = { kind: 'reasoning', text: 'Hm.' };
  const signed = (provider: string): Part => ({ ...call('a'), opaque: [state(provider)] });
  const lost = (...turns: Turn[]): readonly string[] => [
    ...fitTurns([user(text('Go.')), ...turns, user(result('a'))], rules).losses,
  ];

  it('is not lost where all that vouches for its turn goes back to its owner', () => {
    expect(lost(assistant(thought, signed('here')))).toEqual([]);
    expect(lost(assistant(thought), assistant(signed('here')))).toEqual([]);
  });

  it('is lost where it is another’s, or nobody’s', () => {
    expect(lost(assistant(thought, signed('there')))).toEqual(['reasoning']);
    expect(lost(assistant(thought, call('a')))).toEqual(['reasoning']);
    expect(lost(assistant({ ...thought, opaque: [state('there')] }, signed('here')))).toEqual(['reasoning']);
    expect(lost(assistant(thought), user(text('And?')), assistant(signed('here')))).toEqual(['reasoning']);
  });
});
