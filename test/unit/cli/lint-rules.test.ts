import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { examineChains } from '../../../src/cli/lint/examine.ts';
import { type LintScene } from '../../../src/cli/lint/scene.ts';
import { LINT_RULES } from '../../../src/cli/lint/table.ts';
import type { ModelFacts } from '../../../src/core/model-facts.ts';
import {
  OPENAI,
  ANTHROPIC,
  HEALTHY,
  sceneOf,
  codes,
  price,
  both,
  routed,
  withFacts,
  locals,
  running,
  refusing,
} from './lint-ground.ts';

/** Of each rule a profile in which it finds something, and one like it in which it does not. */
const CASES: Readonly<Record<string, { readonly bad: LintScene; readonly good: LintScene }>> = {
  'nobody-serves': {
    bad: sceneOf(both(), { env: {} }),
    good: sceneOf(both(), { env: { OPENAI_API_KEY: 'sk-of-openai' } }),
  },
  'missing-key': { bad: sceneOf(both(), { env: { OPENAI_API_KEY: 'sk-of-openai' } }), good: sceneOf(both()) },
  'refused-key': {
    bad: sceneOf(both(), { daemon: refusing('upstream_refused_key', ['env:OPENAI_API_KEY']) }),
    good: sceneOf(both(), { daemon: refusing('upstream_rate_limited', ['env:OPENAI_API_KEY']) }),
  },
  'no-credit': {
    bad: sceneOf(both(), { daemon: refusing('upstream_out_of_credit', ['env:OPENAI_API_KEY']) }),
    good: sceneOf(both(), { daemon: refusing('upstream_refused_key', ['env:OPENAI_API_KEY']) }),
  },
  'lost-at-restart': {
    bad: sceneOf(both(), { env: { ANTHROPIC_API_KEY: 'sk-of-anthropic' }, daemon: running(true) }),
    good: sceneOf(both(), { daemon: running(true) }),
  },
  'disabled-target': {
    bad: sceneOf(both({ providers: { openai: OPENAI, anthropic: { ...ANTHROPIC, enabled: false } } })),
    good: sceneOf(both()),
  },
  'unknown-model': {
    bad: sceneOf(both(), { told: { openai: ['gpt-4.1-mini', 'gpt-5'] } }),
    good: sceneOf(both(), { told: { openai: ['gpt-4.1', 'gpt-5'] } }),
  },
  'deprecated-model': {
    bad: sceneOf(both(), withFacts({ deprecated: true }, {})),
    good: sceneOf(both(), withFacts({}, {})),
  },
  'foreign-model': {
    bad: sceneOf(routed(['openai', 'anthropic'])),
    good: sceneOf(routed(['openai', 'anthropic/claude-haiku-4-5'])),
  },
  'shadowed-route': {
    bad: sceneOf(
      both({
        routes: {
          ...HEALTHY,
          a: { match: ['gpt-*'], targets: ['openai', 'anthropic/claude-haiku-4-5'] },
          b: { match: ['gpt-**'], targets: ['openai', 'anthropic/claude-haiku-4-5'] },
        },
      }),
    ),
    good: sceneOf(
      both({
        routes: {
          ...HEALTHY,
          a: { match: ['gpt-*'], targets: ['openai', 'anthropic/claude-haiku-4-5'] },
          b: { match: ['gpt-4*'], targets: ['openai', 'anthropic/claude-haiku-4-5'] },
        },
      }),
    ),
  },
  'one-target': { bad: sceneOf(routed(['openai'])), good: sceneOf(both()) },
  'same-target': {
    bad: sceneOf({
      providers: { a: { url: 'http://127.0.0.1:9/v1' }, b: { url: 'http://127.0.0.1:9/v1' } },
      routes: { main: { match: ['*'], targets: ['a/m', 'b/m'] } },
    }),
    good: sceneOf(locals(['http://127.0.0.1:9/v1', 'http://127.0.0.1:10/v1'])),
  },
  'shared-provider': {
    bad: sceneOf(routed(['openai/gpt-4.1', 'openai/gpt-5'])),
    good: sceneOf(routed(['openai/gpt-4.1', 'openai/gpt-5', 'anthropic/claude-haiku-4-5'])),
  },
  'shared-host': {
    bad: sceneOf(locals(['https://api.example.com/a/v1', 'https://api.example.com/b/v1'])),
    good: sceneOf(locals(['https://a.example.com/v1', 'https://b.example.com/v1'])),
  },
  'shared-cloud': {
    bad: sceneOf(
      locals(['https://one.openai.azure.com/openai/v1', 'https://two.openai.azure.com/openai/v1']),
    ),
    good: sceneOf(locals(['https://one.openai.azure.com/openai/v1', 'https://api.example.com/v1'])),
  },
  'shared-key': {
    bad: sceneOf(
      locals(['https://a.example.com/v1', 'https://b.example.com/v1'], { keys: [{ env: 'OPENAI_API_KEY' }] }),
    ),
    good: sceneOf(locals(['https://a.example.com/v1', 'https://b.example.com/v1'])),
  },
  'shared-upstream': {
    bad: sceneOf({
      providers: { anthropic: ANTHROPIC, openrouter: { preset: 'openrouter' } },
      routes: {
        main: {
          match: ['*'],
          targets: ['anthropic/claude-haiku-4-5', 'openrouter/anthropic/claude-haiku-4.5'],
        },
      },
    }),
    good: sceneOf({
      providers: { anthropic: ANTHROPIC, openrouter: { preset: 'openrouter' } },
      routes: { main: { match: ['*'], targets: ['anthropic/claude-haiku-4-5', 'openrouter/qwen/qwen3'] } },
    }),
  },
  'smaller-context': {
    bad: sceneOf(both(), withFacts({ context: 1_000_000 }, { context: 200_000 })),
    good: sceneOf(both(), withFacts({ context: 200_000 }, { context: 1_000_000 })),
  },
  'lacks-tools': ability('tools'),
  'lacks-vision': ability('images'),
  'lacks-audio': ability('audio'),
  'lacks-schema': ability('structuredOutput'),
  'lacks-prefill': {
    bad: sceneOf(routed(['anthropic/claude-3-5-haiku', 'openai/gpt-4.1'])),
    good: sceneOf(routed(['openai/gpt-4.1', 'anthropic/claude-3-5-haiku'])),
  },
  'price-jump': {
    bad: sceneOf(both(), withFacts(price(1, 4), price(3, 20))),
    good: sceneOf(both(), withFacts(price(1, 4), price(3, 15))),
  },
  'cheapest-unpriced': {
    bad: sceneOf(both({ policy: { balance: 'cheapest' } }), withFacts(price(1, 4), {})),
    good: sceneOf(both({ policy: { balance: 'cheapest' } }), withFacts(price(1, 4), price(1, 4))),
  },
  'over-patience': {
    bad: sceneOf(both({ policy: { totalMs: '20m' } })),
    good: sceneOf(both({ policy: { totalMs: '5m' } })),
  },
  'no-time-for-all': {
    bad: sceneOf(both({ policy: { totalMs: '8s', connectMs: '2s' } })),
    good: sceneOf(both({ policy: { totalMs: '30s' } })),
  },
  'contradicting-limits': {
    bad: sceneOf(both({ policy: { breakerOpenMs: '1m' } })),
    good: sceneOf(both({ policy: { breakerOpenMs: '1m', breakerOpenCapMs: '2m' } })),
  },
  'breaker-never-opens': {
    bad: sceneOf(both({ policy: { breakerFailures: 1000, breakerShare: 1 } })),
    good: sceneOf(both({ policy: { breakerFailures: 1000 } })),
  },
  'breaker-stays-open': {
    bad: sceneOf(both({ policy: { breakerOpenCapMs: '1h' } })),
    good: sceneOf(both({ policy: { breakerOpenCapMs: '1m' } })),
  },
  'cut-told': { bad: sceneOf(both({ policy: { onCut: 'error' } })), good: sceneOf(both()) },
  'strict-formats': {
    bad: sceneOf(both({ policy: { losses: 'strict' } })),
    good: sceneOf({
      ...locals(['https://a.example.com/v1', 'https://b.example.com/v1']),
      policy: { losses: 'strict' },
    }),
  },
  'weights-unused': {
    bad: sceneOf(
      routed(['openai/gpt-4.1', 'anthropic/claude-haiku-4-5'], { weights: { 'openai/gpt-4.1': 3 } }),
    ),
    good: sceneOf(
      routed(['openai/gpt-4.1', 'anthropic/claude-haiku-4-5'], {
        weights: { 'openai/gpt-4.1': 3 },
        policy: { balance: 'weighted' },
      }),
    ),
  },
};

function ability(name: string): { readonly bad: LintScene; readonly good: LintScene } {
  const [can, cannot] = [{ abilities: { [name]: true } }, { abilities: { [name]: false } }];
  return { bad: sceneOf(both(), withFacts(can, cannot)), good: sceneOf(both(), withFacts(cannot, can)) };
}

describe('the rules', () => {
  test('each has a case, and no case is of none', () => {
    expect(Object.keys(CASES).sort()).toEqual(LINT_RULES.map(({ code }) => code).sort());
  });

  test.each(Object.entries(CASES))('%s is found where it is so, and nowhere else', (code, { bad, good }) => {
    expect(codes(bad)).toContain(code);
    expect(codes(good)).not.toContain(code);
  });

  test.each(Object.entries(CASES))(
    '%s says what is so and gives a command that mends it',
    (code, { bad }) => {
      for (const note of examineChains(bad).notes.filter((each) => each.code === code)) {
        expect(note.sentence).toMatch(/^\S.*[^.]$/);
        expect(note.fix).toMatch(/(^|then )gw |^export /);
      }
    },
  );

  test('a key that is refused is no error while another one of its provider is taken, and none at all is said so', () => {
    const reason = 'upstream_refused_key';
    const [first] = refusing(reason, ['env:OPENAI_API_KEY']) ?? [];
    const pool = first && [{ ...first, keys: [...first.keys, { label: 'env:SECOND', resolved: true }] }];
    expect(codes(sceneOf(both(), { daemon: pool }))).not.toContain('refused-key');
    const keyless = {
      providers: { openai: { url: 'https://a.example.com/v1' } },
      routes: { main: { match: ['*'], targets: ['openai'] } },
    };
    const [note] = examineChains(sceneOf(keyless, { daemon: refusing(reason, ['none']) })).notes;
    expect(note).toMatchObject({ sentence: 'openai wants a key and has none', fix: 'gw key set openai' });
  });

  test('the defaults of the policy are never found fault with', () => {
    expect(codes(sceneOf(both()))).toEqual([]);
  });

  test('a healthy profile of any size is passed in silence', () => {
    const anything = fc.record({
      hosts: fc.uniqueArray(fc.stringMatching(/^[a-z]{3,9}$/), { minLength: 2, maxLength: 6 }),
      totalMs: fc.integer({ min: 70_000, max: 600_000 }),
      breakerFailures: fc.integer({ min: 1, max: 20 }),
      context: fc.integer({ min: 8_000, max: 2_000_000 }),
      tools: fc.boolean(),
      dollars: fc.double({ min: 0.1, max: 3, noNaN: true }),
    });
    fc.assert(
      fc.property(anything, ({ hosts, totalMs, breakerFailures, context, tools, dollars }) => {
        const facts: ModelFacts = { context, abilities: { tools }, ...price(dollars, dollars * 4) };
        const scene = sceneOf(
          {
            providers: Object.fromEntries(
              hosts.map((host) => [host, { url: `https://${host}.example.com/v1` }]),
            ),
            routes: { main: { match: ['*'], targets: hosts.map((host) => `${host}/model`) } },
            policy: { totalMs, breakerFailures },
          },
          { facts: Object.fromEntries(hosts.map((host) => [`${host}/model`, facts])) },
        );
        expect(codes(scene)).toEqual([]);
      }),
    );
  });
});
