import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { problemsOf, understand } from './fixtures.ts';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

it('the whole file in the documentation is one that gw takes', () => {
  const text = /```json\n(.*?)```/s.exec(page)?.[1] ?? '';
  expect(problemsOf(text)).toEqual([]);
  expect(understand(JSON.parse(text)).profiles['default']?.routes).toHaveLength(2);
});
