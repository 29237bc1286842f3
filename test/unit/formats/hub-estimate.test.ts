import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Conversation, MediaPart, Part } from '../../../src/core/conversation.ts';
import { estimateTokens } from '../../../src/formats/hub/estimate.ts';

function conversation(parts: readonly Part[], more: Partial<Conversation> = {}): Conversation {
  return {
    turns: [{ role: 'user', parts }],
    tools: [],
    stream: false,
    wantsUsage: true,
    losses: [],
    ...more,
  };
}

const tokensOf = (text: string): number => estimateTokens(conversation([{ kind: 'text', text }]));
const PAGE: MediaPart = { kind: 'media', media: 'file', source: { is: 'base64', data: '' } };

describe('an estimate of tokens', () => {
  it('is near what providers count', () => {
    // 10 and 13 by OpenAI's and Anthropic's own counts.
    expect(tokensOf('The quick brown fox jumps over the lazy dog.')).toBeGreaterThan(8);
    expect(tokensOf('The quick brown fox jumps over the lazy dog.')).toBeLessThan(22);
  });

  it('counts a character of a script without spaces as a token', () => {
    expect(tokensOf('東京都は日本の首都です')).toBeGreaterThan(tokensOf('Tokyo is it') + 6);
    expect(tokensOf('🙂🙂🙂🙂🙂🙂🙂🙂')).toBeGreaterThanOrEqual(8);
  });

  it('is never nothing', () => {
    expect(estimateTokens({ turns: [], tools: [], stream: false, wantsUsage: true, losses: [] })).toBe(1);
  });

  it('counts tools and the shape of the answer', () => {
    const text: Part = { kind: 'text', text: 'Hi' };
    const schema = '{"type":"object","properties":{"location":{"type":"string"}}}';
    const bare = estimateTokens(conversation([text]));
    const tool = { name: 'get_weather', description: 'Tells the weather', schema };
    const one = estimateTokens(conversation([text], { tools: [tool] }));
    const two = estimateTokens(conversation([text], { tools: [tool, tool] }));
    expect(one).toBeGreaterThan(bare + 20);
    expect(two).toBeGreaterThan(one + 20);
    expect(two - one).toBeLessThan(one - bare);
    expect(estimateTokens(conversation([text], { output: { kind: 'schema', schema } }))).toBeGreaterThan(
      bare + 10,
    );
  });

  it('counts calls, results and what is in them', () => {
    const call: Part = { kind: 'call', id: 'c', name: 'f', arguments: '{"a":"some longer text"}' };
    const result: Part = { kind: 'result', id: 'c', content: [{ kind: 'text', text: 'x'.repeat(420) }] };
    expect(estimateTokens(conversation([call, result]))).toBeGreaterThan(120);
  });

  it('does not take the bytes of a picture for text', () => {
    const data = 'A'.repeat(1_000_000);
    const image: Part = { kind: 'media', media: 'image', source: { is: 'base64', data } };
    expect(estimateTokens(conversation([image]))).toBeLessThan(3000);
    const pages = estimateTokens(conversation([{ ...PAGE, source: { is: 'base64', data } }]));
    expect(pages).toBeGreaterThan(10_000);
    expect(pages).toBeLessThan(50_000);
    const text: Part = { ...PAGE, source: { is: 'text', text: 'word '.repeat(100) } };
    expect(estimateTokens(conversation([text]))).toBeLessThan(200);
    const sound: Part = { kind: 'media', media: 'audio', source: { is: 'base64', data } };
    expect(estimateTokens(conversation([sound]))).toBeGreaterThan(1000);
  });

  it('grows with the text, whatever the text is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ maxLength: 300 }),
        (text, more) => {
          const [less, all] = [tokensOf(text), tokensOf(text + more)];
          expect(all).toBeGreaterThanOrEqual(less - 1);
          expect(Number.isInteger(all)).toBe(true);
        },
      ),
    );
  });
});
