import { describe, expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import {
  deadlineFrom,
  firstContentLimit,
  isReasoningModel,
  reasoningOf,
  remainingMs,
} from '../../../src/resilience/index.ts';

describe('the limit until first content', () => {
  test.each([
    [{ stream: true, isLast: false, reasoning: 'none' }, 10_000],
    [{ stream: true, isLast: false, reasoning: 'normal' }, 60_000],
    [{ stream: true, isLast: false, reasoning: 'high' }, 120_000],
    [{ stream: true, isLast: true, reasoning: 'none' }, 30_000],
    [{ stream: true, isLast: true, reasoning: 'high' }, 360_000],
    [{ stream: false, isLast: false, reasoning: 'none' }, 120_000],
    [{ stream: false, isLast: true, reasoning: 'high' }, 600_000],
  ] as const)('%j', (kind, limitMs) => {
    expect(firstContentLimit(DEFAULT_POLICY, kind)).toBe(limitMs);
  });
});

describe('the limit of a whole answer whose length is bounded', () => {
  const kind = { stream: false, isLast: false, reasoning: 'none' } as const;

  test.each([
    [64, 13_200],
    [1600, 90_000],
    [2200, 120_000],
    [100_000, 120_000],
  ])('%d tokens', (answerTokens, limitMs) => {
    expect(firstContentLimit(DEFAULT_POLICY, { ...kind, answerTokens })).toBe(limitMs);
  });

  test('leaves a model that thinks its time for that', () => {
    const thinking = { ...kind, reasoning: 'normal', answerTokens: 64 } as const;
    expect(firstContentLimit(DEFAULT_POLICY, thinking)).toBe(63_200);
  });

  test('grows with what a model showed to need, and shrinks with nothing', () => {
    const learned = (p99Ms: number) => ({ p99Ms, samples: 50, whole: true });
    expect(firstContentLimit(DEFAULT_POLICY, { ...kind, answerTokens: 64 }, learned(20_000))).toBe(33_200);
    expect(firstContentLimit(DEFAULT_POLICY, { ...kind, answerTokens: 64 }, learned(100))).toBe(13_200);
  });

  test('is that of the last target, and what somebody set', () => {
    const bounded = { ...kind, answerTokens: 64 };
    expect(firstContentLimit(DEFAULT_POLICY, { ...bounded, isLast: true })).toBe(600_000);
    expect(firstContentLimit({ ...DEFAULT_POLICY, answerMs: 90_000 }, bounded)).toBe(90_000);
    expect(firstContentLimit({ ...DEFAULT_POLICY, leastTokensPerSecond: 0 }, bounded)).toBe(120_000);
  });
});

describe('the deadline of the chain', () => {
  test('is the policy total, or what the caller asked for when that is less', () => {
    expect(deadlineFrom(1000, DEFAULT_POLICY)).toBe(601_000);
    expect(deadlineFrom(1000, DEFAULT_POLICY, 5000)).toBe(6000);
    expect(deadlineFrom(1000, DEFAULT_POLICY, 9_000_000)).toBe(601_000);
    expect(deadlineFrom(1000, DEFAULT_POLICY, -5)).toBe(1000);
  });

  test('leaves no negative time', () => {
    expect(remainingMs(6000, 1000)).toBe(5000);
    expect(remainingMs(6000, 9000)).toBe(0);
  });
});

describe('models known to reason', () => {
  test.each([
    'o1',
    'o3-mini',
    'o4-mini-deep-research',
    'gpt-5',
    'gpt-5.1-codex',
    'GPT-5-mini',
    'openai/gpt-oss-120b',
    'deepseek-reasoner',
    'deepseek/deepseek-r1:free',
    'deepseek-r1:8b',
    'us.deepseek.r1-v1:0',
    'deepseek-r1-distill-llama-70b',
    'claude-3-7-sonnet:thinking',
    'kimi-k2-thinking',
    'qwen3-235b-a22b-thinking-2507',
    'qwq-32b',
    'magistral-medium-latest',
    'grok-4',
    'grok-4-fast-reasoning',
    'gemini-2.5-pro',
    'google/gemini-3-pro-preview',
    'phi-4-reasoning-plus',
  ])('%s', (model) => {
    expect(isReasoningModel(model)).toBe(true);
  });

  test.each([
    'gpt-4o',
    'gpt-4o-mini',
    'gpt-4.1',
    'gpt-5-chat-latest',
    'gpt-5.1-chat-latest',
    'gpt-3.5-turbo',
    'grok-4-fast-non-reasoning',
    'grok-2',
    'llama-3.3-70b-versatile',
    'claude-3-5-haiku-latest',
    'mistral-large-latest',
    'deepseek-chat',
    'o1labs/llama-3',
    'gemini-2.0-flash',
    'text-embedding-3-small',
    '',
  ])('not %j', (model) => {
    expect(isReasoningModel(model)).toBe(false);
  });

  test('the caller knows better than the name', () => {
    expect(reasoningOf('gpt-5', 'minimal')).toBe('none');
    expect(reasoningOf('gpt-4o', 'low')).toBe('normal');
    expect(reasoningOf('o3', 'high')).toBe('high');
    expect(reasoningOf('o3', 'whatever')).toBe('normal');
    expect(reasoningOf('o3')).toBe('normal');
    expect(reasoningOf('gpt-4o')).toBe('none');
  });
});
