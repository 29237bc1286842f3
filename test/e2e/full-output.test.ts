import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { expect, it } from 'vitest';

import { PROGRAM } from './daemon-home.ts';

it.runIf(existsSync('/dev/full'))('says that a full disk did not take its output', async () => {
  const full = openSync('/dev/full', 'w');
  const program = spawn(process.execPath, [PROGRAM, '--help'], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  const [said, [exit]] = await Promise.all([
    program.stderr === null ? '' : text(program.stderr),
    once(program, 'exit'),
  ]);
  expect(exit).toBe(1);
  expect(said).toContain('gw: The output cannot be written');
  expect(said).toContain('why: the disk is full (ENOSPC)');
  expect(said).not.toContain('    at ');
});
