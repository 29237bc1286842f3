import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { filterRows, parseFilter } from '../../../src/core/filter.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { failedOver, running, served } from '../../tui/scenes.ts';

const slow = served(1, { totalMs: 12_000, firstContentMs: 2_400, usage: { input: 12_000, output: 4 } });
const over = failedOver(2, 'upstream_rate_limited', { client: { name: 'opencode', session: 's-42' } });
const broken = served(3, {
  outcome: 'failed',
  status: 503,
  fault: 'exhausted',
  message: 'every target was tried',
});
const live = running(4);
const all = [slow, over, broken, live];

function found(text: string): readonly number[] {
  const filter = parseFilter(text);
  if (filter.is === 'failed') throw new Error(`${filter.fault.what}: ${filter.fault.expected}`);
  return all.flatMap((trail, index) => (filter.value.accepts(trail) ? [index + 1] : []));
}

describe('a filter', () => {
  it.each([
    ['', [1, 2, 3, 4]],
    ['status:>=400', [3]],
    ['status:5xx', [3]],
    ['status:200', [1, 2]],
    ['status:5xx,200', [1, 2, 3]],
    ['provider:groq', [2]],
    ['!provider:groq', [1, 3, 4]],
    ['provider:=gro', []],
    ['model:llama-*', [2]],
    ['client:open', [2]],
    ['session:s-42', [2]],
    ['fault:rate_limited', [2]],
    ['total:>10s', [1]],
    ['ttft:>2s', [1]],
    ['ttft:<=305ms', [3, 4]],
    ['in:>10k', [1]],
    ['out:<5', [1]],
    ['attempts:>=3', [2]],
    ['is:failover', [2]],
    ['is:error', [3]],
    ['is:live', [4]],
    ['-is:live outcome:served', [1, 2]],
    ['"every target"', [3]],
    ['RATE_LIMITED', [2]],
    ['id:req_a1', [2]],
    ['status:200 !is:failover', [1]],
  ] as const)('%j finds %j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    ['format:gemini', [2, 3]],
    ['format:=openai-chat', [1, 2]],
    ['lossy:image', [2]],
    ['lossy:*', [2]],
    ['is:translated', [2, 3]],
    ['is:lossy', [2]],
  ] as const)('%j finds %j among exchanges of several formats', (text, expected) => {
    const filter = parseFilter(text);
    const attempt = { target: { provider: 'p', model: 'm', key: 'none' }, startMs: 0, waitedMs: 0 };
    const trails = [
      served(1),
      served(2, { attempts: [{ ...attempt, format: 'gemini', losses: ['image'] }] }),
      served(3, { format: 'gemini', attempts: [{ ...attempt, format: 'cohere-chat' }] }),
    ];
    const accepts = (trail: Trail): boolean => filter.is === 'ok' && filter.value.accepts(trail);
    expect(trails.flatMap((trail, index) => (accepts(trail) ? [index + 1] : []))).toEqual(expected);
  });

  it.each([
    ['statsu:500', 'there is no field "statsu"', 'status:…'],
    ['is:failovr', '"failovr" is no value for is', 'is:failover'],
    ['ttft:>fast', '">fast" is no value for ttft', 'ttft:>2s'],
    ['ttft>2s', '"ttft>2s" has no colon after ttft', 'ttft:>2s'],
    ['!model=gpt-4o', '"model=gpt-4o" has no colon after model', 'model:gpt-4o'],
    ['status:', 'status: needs a value', 'status:>=400  status:5xx'],
  ])('%j says what is wrong and what was meant', (text, what, expected) => {
    expect(parseFilter(text)).toEqual({ is: 'failed', fault: { what, expected } });
  });

  it('can be read or says why, whatever is typed, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const filter = parseFilter(text);
        if (filter.is === 'ok') for (const trail of all) filter.value.accepts(trail);
        else expect(filter.fault.expected).not.toBe('');
      }),
    );
  });

  it('turned round finds exactly the others', () => {
    for (const term of ['status:5xx', 'provider:groq', 'ttft:>1s', 'is:live', 'gpt']) {
      expect([...found(term), ...found(`!${term}`)].sort((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    }
  });

  it('has examples that can be read, for every field', () => {
    for (const { example } of filterRows()) {
      for (const one of example.split(/\s+/)) expect(parseFilter(one).is, one).toBe('ok');
    }
  });
});
