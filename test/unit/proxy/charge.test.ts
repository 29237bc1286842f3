import { describe, expect, test } from 'vitest';

import type { ModelFacts } from '../../../src/core/model-facts.ts';
import type { FactsPort } from '../../../src/core/ports.ts';
import { FREE, type Rates } from '../../../src/core/price.ts';
import type { Usage } from '../../../src/core/usage.ts';
import { canCharge, charge, keepUsage } from '../../../src/proxy/spending/charge.ts';
import { AttemptDraft, TrailDraft } from '../../../src/proxy/trail-draft.ts';

const PRICED = priced({ input: 1, output: 2 });

function priced(rates: Rates): ModelFacts {
  return { price: { source: 'profile', periods: [{ rates }] } };
}

/** What is known of each model by its name; undefined is still being looked up. */
function knowing(table: Readonly<Record<string, ModelFacts | undefined>>): FactsPort {
  return {
    meet: () => {},
    of: ({ model }) => table[model],
    settled: () => Promise.resolve(),
  };
}

function trailOf(models: readonly string[], usage?: Usage): TrailDraft {
  const trail = new TrailDraft({
    id: 'x',
    at: 0,
    operation: 'chat',
    format: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    client: { name: 'test' },
  });
  for (const model of models) {
    trail.attempts.push(new AttemptDraft({ provider: 'p', model, key: 'none' }, 0, 0));
  }
  if (usage) trail.usage = usage;
  return trail;
}

describe('what an exchange cost', () => {
  test('is what its answer cost', () => {
    const trail = trailOf(['a'], { input: 1000, output: 1000 });
    charge(trail, knowing({ a: PRICED }));
    expect(trail.costUsd).toBe(0.003);
    expect(trail.attempts[0]?.costUsd).toBe(0.003);
  });

  test('includes attempts that failed after they had used tokens', () => {
    const trail = trailOf(['a'], { input: 1000 });
    const [first] = trail.attempts;
    if (first) keepUsage(trail, first);
    trail.attempts.push(new AttemptDraft({ provider: 'p', model: 'b', key: 'none' }, 1, 0));
    trail.usage = { input: 2000 };
    charge(trail, knowing({ a: PRICED, b: PRICED }));
    expect(trail.attempts.map(({ costUsd }) => costUsd)).toEqual([0.001, 0.002]);
    expect(trail.costUsd).toBe(0.003);
    expect(trail.usage).toEqual({ input: 2000 });
  });

  test('does not charge one target for the tokens of another', () => {
    const trail = trailOf(['a', 'b']);
    charge(trail, knowing({ a: PRICED, b: PRICED }));
    expect(trail.attempts.map(({ costUsd }) => costUsd)).toEqual([undefined, undefined]);
    expect(trail.costUsd).toBeUndefined();
  });

  test('is not said when one of its prices is unknown: a part is no sum [promise:cost-told]', () => {
    const trail = trailOf(['a'], { input: 1000 });
    const [first] = trail.attempts;
    if (first) keepUsage(trail, first);
    trail.attempts.push(new AttemptDraft({ provider: 'p', model: 'b', key: 'none' }, 1, 0));
    trail.usage = { input: 2000 };
    charge(trail, knowing({ a: PRICED, b: {} }));
    expect(trail.attempts.map(({ costUsd }) => costUsd)).toEqual([0.001, undefined]);
    expect(trail.costUsd).toBeUndefined();
    expect(JSON.stringify(trail)).not.toContain('null');
  });

  test('is nothing where nothing costs, even when no tokens were reported', () => {
    const trail = trailOf(['a']);
    charge(trail, knowing({ a: { price: FREE } }));
    expect(trail.costUsd).toBe(0);
  });

  test('waits for what is still being looked up, and only for what was used', () => {
    const facts = knowing({ a: PRICED, b: undefined });
    expect(canCharge(trailOf(['b'], { input: 1 }), facts)).toBe(false);
    expect(canCharge(trailOf(['b', 'a'], { input: 1 }), facts)).toBe(true);
    expect(canCharge(trailOf(['b']), facts)).toBe(true);
  });
});
