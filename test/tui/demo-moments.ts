import { readFileSync } from 'node:fs';

import type { Snapshot } from '../../src/control/index.ts';
import { parseJson, stringField, trusted } from '../../src/lib/expect.ts';

const PATH = new URL('demo-moments.jsonl', import.meta.url);

/** What a daemon before simulators told at one moment, as `scripts/record-moments.ts` wrote it down. */
export function demoMoment(name: 'healthy' | 'rate limit' | 'outage' | 'continued' | 'offline'): Snapshot {
  const found = readFileSync(PATH, 'utf8')
    .split('\n')
    .map(parseJson)
    .find((line) => stringField(line, 'name') === name);
  if (found === undefined) throw new Error(`no moment ${name} was recorded`);
  return trusted<{ snapshot: Snapshot }>(found).snapshot;
}
