import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..', 'src');

test('what writes metrics and traces is loaded only when it is needed [promise:observe-unloaded]', () => {
  const files = globSync('**/*.ts', { cwd: root }).filter((file) => !file.startsWith('observe'));
  const importers = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const found = [...text.matchAll(/^import (type )?[^;]*?from '[./]*observe\/[^']*';/gm)];
    return found.filter(([, isType]) => isType === undefined).map(() => file);
  });
  expect(importers).toEqual([]);
  const lazy = files.filter((file) => /import\('[./]*observe\//.test(readFileSync(join(root, file), 'utf8')));
  expect(lazy.sort()).toEqual(['daemon/metrics.ts', 'daemon/telemetry.ts']);
});
