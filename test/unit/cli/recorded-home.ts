import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Command, Input } from '../../../src/cli/command.ts';
import type { Capture } from '../../../src/core/capture.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { openRecorder } from '../../../src/store/index.ts';
import { type TestContext, testContext } from '../../cli-context.ts';

/** A home whose request log holds these exchanges, in the order they ended. */
export async function recordedHome(trails: readonly Trail[], captures?: Captures): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'gw-story-'));
  await recordInto(home, trails, captures);
  return home;
}

/** What is kept beside exchanges, by their ids. */
type Captures = ReadonlyMap<string, Capture>;

export async function recordInto(home: string, trails: readonly Trail[], captures?: Captures): Promise<void> {
  const recorder = openRecorder({
    path: testContext({ home }).paths.database,
    settings: { maxAgeDays: 36_500, maxBytes: 1e8 },
    log: { write: () => {} },
  });
  for (const trail of trails) recorder.record(trail, captures?.get(trail.id));
  await recorder.close();
}

/** Runs a command at the given time and answers with what it wrote. */
export async function runAt(
  now: number,
  command: Command,
  home: string,
  words: readonly string[],
  options: Readonly<Record<string, unknown>> = {},
  more: {
    readonly json?: boolean;
    readonly env?: Readonly<Record<string, string>>;
    readonly columns?: number;
  } = {},
): Promise<TestContext> {
  const { columns, ...rest } = more;
  const context = testContext({ home, ...rest });
  Object.assign(context, {
    clock: { ...context.clock, now: () => now },
    columns: columns ?? context.columns,
  });
  await command.run(context, new Input(words, options));
  return context;
}
