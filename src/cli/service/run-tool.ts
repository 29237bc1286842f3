import { execFile } from 'node:child_process';

import { errorCode } from '../../lib/expect.ts';
import type { Context } from '../context.ts';

// Starting a unit waits for it to be up; a service manager that takes longer hangs.
const PATIENCE_MS = 60_000;

/** How a tool of the system ended. */
export interface ToolResult {
  /** 127: it is not there. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a tool of the system and waits for it. Never rejects. */
export function runTool({ env }: Context, program: string, words: readonly string[]): Promise<ToolResult> {
  return new Promise((resolve) => {
    // In English, as what it says is read.
    const child = { env: { ...env, LC_ALL: 'C' }, timeout: PATIENCE_MS, encoding: 'utf8' } as const;
    execFile(program, [...words], child, (error, out, err) => {
      const missing = errorCode(error) === 'ENOENT';
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code: missing ? 127 : code, out, err: err.trim() });
    });
  });
}
