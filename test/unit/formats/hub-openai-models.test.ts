import { expect, it } from 'vitest';

import { openaiModel } from '../../../src/formats/hub/openai-models.ts';

it.each([
  ['gpt-4o-mini', [], true],
  ['gpt-4.1', [], true],
  ['gpt-5-chat-latest', [], true],
  ['gpt-5.3-chat-latest', [], true],
  ['gpt-5.1-chat-latest', ['medium'], false],
  ['gpt-5', ['minimal', 'low', 'medium', 'high'], false],
  ['gpt-5-mini-2025-08-07', ['minimal', 'low', 'medium', 'high'], false],
  ['gpt-5-pro', ['high'], false],
  ['gpt-5-codex', ['low', 'medium', 'high'], false],
  ['gpt-5.1', ['none', 'low', 'medium', 'high'], false],
  ['gpt-5.1-codex-max', ['low', 'medium', 'high', 'xhigh'], false],
  ['gpt-5.4-mini', ['none', 'low', 'medium', 'high', 'xhigh'], false],
  ['gpt-5.4-pro', ['medium', 'high', 'xhigh'], false],
  ['o3-mini', ['low', 'medium', 'high'], false],
  ['o4-mini-deep-research', ['medium'], false],
  ['openai/gpt-5', ['minimal', 'low', 'medium', 'high'], false],
  ['openai.gpt-5.5', ['none', 'low', 'medium', 'high', 'xhigh'], false],
  ['ft:gpt-4o:org::1', [], true],
])('knows what %s takes', (name, efforts, sampling) => {
  expect(openaiModel(name)).toEqual({ efforts, sampling });
});

it.each(['openai/gpt-oss-20b', 'grok-4', 'deepseek-v4-flash', 'my-deployment', ''])(
  'knows nothing of %j',
  (name) => {
    expect(openaiModel(name)).toBeUndefined();
  },
);
