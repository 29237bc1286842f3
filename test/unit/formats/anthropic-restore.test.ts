import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import type { CarriedState, TranslationTarget } from '../../../src/core/format.ts';
import { seal } from '../../../src/formats/hub/carry.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toCaller } = CALLER_FORMATS['anthropic-messages'];

const TARGET: TranslationTarget = {
  provider: 'anthropic',
  model: 'claude-sonnet-4-5',
  quirks: [],
  maxOutput: undefined,
};

const restore = (body: string, target: Partial<TranslationTarget> = {}): string =>
  toCaller?.restoreState(Buffer.from(body), { ...TARGET, ...target }).toString() ?? '';

const FOREIGN: CarriedState = {
  on: 'reasoning',
  states: [{ format: 'openai-responses', provider: 'openai', kind: 'encrypted', data: 'gAAA' }],
};
const own = (kind: 'signature' | 'encrypted', provider?: string): CarriedState => ({
  on: 'reasoning',
  states: [{ format: 'anthropic-messages', ...(provider !== undefined && { provider }), kind, data: 'EqQB' }],
});
const thought = (carried: CarriedState): string =>
  `{ "type": "thinking", "thinking": "h\\u006d", "signature": "${seal([carried])}" }`;
const redacted = (carried: CarriedState): string =>
  `{"type":"redacted_thinking","data":"${seal([carried])}"}`;
const TEXT = '{"type":"text","text":"o\\u006b","x":1.0}';
const NATIVE = '{"type":"thinking","thinking":"mine","signature":"EqQC"}';
const message = (role: string, ...blocks: readonly string[]): string =>
  `{"role":"${role}","content":[ ${blocks.join(' , ')} ]}`;
const request = (...messages: readonly string[]): string =>
  `{"model":"m","messages":[${messages.join(', ')}],"z":1e2}`;

describe('a Claude Code history that another provider helped to write', () => {
  test.each<[string, string, string]>([
    ['before text', message('assistant', thought(FOREIGN), TEXT), message('assistant', TEXT)],
    [
      'after text',
      message('assistant', TEXT, redacted(FOREIGN)),
      `{"role":"assistant","content":[ ${TEXT} ]}`,
    ],
    [
      'on both sides',
      message(
        'assistant',
        thought(FOREIGN),
        redacted(FOREIGN),
        TEXT,
        thought(FOREIGN),
        NATIVE,
        redacted(FOREIGN),
      ),
      message('assistant', TEXT, NATIVE),
    ],
  ])('loses its thoughts %s, and no other byte', (_, given, left) => {
    const user = message('user', TEXT);
    expect(restore(request(user, given, user))).toBe(request(user, left, user));
  });

  it('loses messages that were nothing else', () => {
    const user = message('user', TEXT);
    const empty = message('assistant', thought(FOREIGN), redacted(FOREIGN));
    expect(restore(request(user, empty))).toBe(request(user));
    expect(restore(request(empty, user))).toBe(request(user));
    expect(JSON.parse(restore(request(user, empty, empty, user, empty)))).toEqual(
      JSON.parse(request(user, user)),
    );
  });

  it('gives a provider its own state back', () => {
    const blocks = [
      thought(own('signature', 'anthropic')),
      redacted(own('encrypted')),
      thought(own('signature', 'other')),
      TEXT,
    ];
    expect(restore(request(message('assistant', ...blocks)))).toBe(
      request(
        message(
          'assistant',
          '{"type":"thinking","thinking":"hm","signature":"EqQB"}',
          '{"type":"redacted_thinking","data":"EqQB"}',
          TEXT,
        ),
      ),
    );
  });

  it('loses state of texts and calls, and envelopes that are damaged', () => {
    const blocks = [
      redacted({ on: 'call', states: FOREIGN.states }),
      '{"type":"thinking","thinking":"x","signature":"Z3cxdamaged"}',
      TEXT,
    ];
    expect(restore(request(message('assistant', ...blocks)))).toBe(request(message('assistant', TEXT)));
  });

  it('loses finds on the web that were not Anthropic’s', () => {
    const cited = (index: string): string =>
      `{"type":"text","text":"a","citations":[{"type":"web_search_result_location","url":"u","encrypted_index":"${index}"}]}`;
    expect(restore(request(message('assistant', cited(seal([])))))).toBe(
      request(message('assistant', '{"type":"text","text":"a","citations":null}')),
    );
    const theirs = request(message('assistant', cited('EoQB')));
    expect(restore(theirs)).toBe(theirs);
  });

  it('stays as it is without envelopes, or when it is no request', () => {
    const body = request(
      message('assistant', NATIVE, TEXT),
      '{"role":"user","content":"Z3cx is how they begin"}',
    );
    expect(restore(body)).toBe(body);
    for (const other of ['', '[]', 'Z3cx', '{"messages":7}', '{"messages":[7,null,{"content":[7]}]}'])
      expect(restore(other)).toBe(other);
  });
});

describe('thinking in the middle of a round of calls whose first thought is gone', () => {
  const CALL = '{"type":"tool_use","id":"c","name":"f","input":{}}';
  const RESULT = message('user', '{"type":"tool_result","tool_use_id":"c","content":"ok"}');
  const midway = (...first: readonly string[]): string =>
    `{"thinking":{"type":"enabled","budget_tokens":2000},"context_management":{"edits":[{"type":"clear_thinking_20251015"}]},"messages":[${message('user', TEXT)},${message('assistant', ...first, CALL)},${RESULT}]}`;

  it('is switched off for models with a budget, or left to the model', () => {
    expect(JSON.parse(restore(midway(thought(FOREIGN))))).toMatchObject({
      thinking: { type: 'disabled' },
      context_management: null,
    });
    expect(JSON.parse(restore(midway(thought(FOREIGN)), { model: 'claude-opus-4-6' }))).toMatchObject({
      thinking: { type: 'adaptive' },
      context_management: { edits: [{ type: 'clear_thinking_20251015' }] },
    });
  });

  it('stays on where the round still begins with a thought, or is over', () => {
    const kept = restore(midway(redacted({ on: 'text', states: FOREIGN.states }), NATIVE));
    expect(JSON.parse(kept)).toMatchObject({ thinking: { type: 'enabled' } });
    const over = midway(thought(FOREIGN)).replace(
      /\]\}$/,
      `,${message('assistant', TEXT)},${message('user', TEXT)}]}`,
    );
    expect(JSON.parse(restore(over))).toMatchObject({ thinking: { type: 'enabled' } });
  });
});

describe('any history', () => {
  it('stays JSON, without envelopes and without empty messages', () => {
    const block = fc.constantFrom(
      thought(FOREIGN),
      redacted(FOREIGN),
      redacted(own('encrypted')),
      TEXT,
      NATIVE,
    );
    const messages = fc.array(fc.array(block, { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(messages, (history) => {
        const body = request(
          message('user', TEXT),
          ...history.map((blocks) => message('assistant', ...blocks)),
        );
        const restored = restore(body);
        const read = JSON.parse(restored) as { messages: { content: unknown[] }[] };
        expect(restored).not.toContain('Z3cx');
        for (const { content } of read.messages) expect(content.length).toBeGreaterThan(0);
        const kept = body.split(TEXT).length;
        expect(restored.split(TEXT)).toHaveLength(kept);
      }),
      { numRuns: 300 },
    );
  });
});
