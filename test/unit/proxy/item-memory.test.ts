import { describe, expect, it } from 'vitest';

import type { Target } from '../../../src/core/target.ts';
import { ItemMemory } from '../../../src/proxy/conversations/item-memory.ts';

const AT: Target = { provider: 'openai', model: 'gpt-5', key: 'env:A' };
const ITEM = '{"type":"message"}';
const SMALL = { entries: 3, weight: 1000, heaviest: 100 };

describe('the memory of items', () => {
  it('tells any other format what an item said, whoever made it', () => {
    const memory = new ItemMemory();
    memory.of(AT)('theirs', ITEM);
    memory.own.item('ours', ITEM);
    expect(['theirs', 'ours', 'nobodys'].map(memory.recall)).toEqual([ITEM, ITEM, undefined]);
  });

  it('tells a target of the same format only what it does not have itself', () => {
    const memory = new ItemMemory();
    memory.of(AT)('theirs', ITEM);
    memory.own.item('ours', ITEM);
    const told = (target: Target): unknown[] => ['theirs', 'ours'].map(memory.foreignTo(target));
    expect(told(AT)).toEqual([undefined, ITEM]);
    // An account keeps what any of its models said; another key may be another account.
    expect(told({ ...AT, model: 'gpt-5-mini' })).toEqual([undefined, ITEM]);
    expect(told({ ...AT, key: 'env:B' })).toEqual([ITEM, ITEM]);
    expect(told({ ...AT, provider: 'azure' })).toEqual([ITEM, ITEM]);
  });

  it('holds what was named last, and no more than it may', () => {
    const memory = new ItemMemory(SMALL, SMALL);
    for (const id of ['a', 'b', 'c']) memory.own.item(id, ITEM);
    memory.recall('a');
    memory.own.item('d', ITEM);
    expect(['a', 'b', 'c', 'd'].map((id) => memory.recall(id) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    memory.own.item('long', 'x'.repeat(51));
    expect(memory.recall('long')).toBeUndefined();
  });

  it('holds conversations as they were, within their bounds', () => {
    const memory = new ItemMemory(SMALL, SMALL);
    memory.own.answer('resp_1', '{"text":"né"}');
    memory.own.answer('resp_2', 'x'.repeat(101));
    expect(['resp_1', 'resp_2'].map((id) => memory.conversation(id))).toEqual(['{"text":"né"}', undefined]);
  });
});
