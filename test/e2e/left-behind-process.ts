import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { findPaths } from '../../src/core/paths.ts';
import { killDaemon } from '../ask-daemon.ts';

// A start that was under way brings its daemon up without whoever wanted it.
const LOOK_MS = 10_000;
const PAUSE_MS = 100;

const homes = new Set<string>();
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('+')) homes.add(line.slice(1));
  else homes.delete(line.slice(1));
}
// The pipe is closed: whoever held its other end is gone, and this is what he did not clear up.
await Promise.all([...homes].map(clear));

async function clear(folder: string): Promise<void> {
  const { socket } = findPaths({ GW_HOME: folder });
  const until = Date.now() + LOOK_MS;
  while (!(await killDaemon(socket)) && Date.now() < until) await sleep(PAUSE_MS);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
