import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../../../src/core/policy.ts';

test('the page about the failure policy lists every knob with its default, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/failure-policy.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\S+) \|/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  const knobs = Object.entries(DEFAULT_POLICY).map(([name, value]) => [name, String(value)]);
  expect(rows).toHaveLength(knobs.length);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(knobs));
});
