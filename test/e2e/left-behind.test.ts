import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { expect, test } from 'vitest';

import { numberField, parseJson, stringField } from '../../src/lib/expect.ts';
import { waitUntil } from './daemon-home.ts';

const GROUND = pathToFileURL(join(import.meta.dirname, 'daemon-home.ts')).href;

/** What a test does until somebody kills it. */
const KILLED_TEST = `
  const { DaemonHome } = await import(${JSON.stringify(GROUND)});
  const home = new DaemonHome();
  home.profile({ one: 'http://127.0.0.1:9/v1' });
  const { pid } = await home.start();
  console.log(JSON.stringify({ folder: home.folder, pid }));
  setInterval(() => {}, 1000);
`;

test('a test that is killed leaves no daemon and no home behind', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', KILLED_TEST], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const told = parseJson(String(line));
  const [folder, pid] = [stringField(told, 'folder') ?? '', numberField(told, 'pid') ?? 0];
  expect([existsSync(folder), runs(pid)]).toEqual([true, true]);
  child.kill('SIGKILL');
  await waitUntil(() => !runs(pid) && !existsSync(folder), 60_000);
}, 120_000);

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
