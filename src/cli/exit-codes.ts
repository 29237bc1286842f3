import { keysOf } from '../lib/expect.ts';
import type { Context } from './context.ts';
import { EXIT } from './error.ts';

/** What each exit code tells a script. */
const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  failed: 'it failed; the message says why and what to do',
  usage: 'the command line is wrong',
  notRunning: 'the daemon is not running',
  config: 'the profile is wrong',
  start: 'the daemon could not start, or its port is taken',
  routeFailed: 'a route was tested and does not serve',
  routeDegraded: 'a route was tested and serves, but not every target does',
  commandMissing: '`gw run`, `gw launch`: there is no such command',
  interrupted: 'interrupted from the keyboard',
};

/** Every exit code of gw and its meaning, as help and the documentation show them. */
export function exitCodeRows(): readonly { readonly code: number; readonly meaning: string }[] {
  return keysOf(EXIT_MEANINGS).map((name) => ({ code: EXIT[name], meaning: EXIT_MEANINGS[name] }));
}

/** `gw help exit-codes`. */
export function printExitCodes(context: Pick<Context, 'json' | 'print' | 'printJson'>): void {
  const rows = exitCodeRows();
  if (context.json) return context.printJson(rows);
  for (const { code, meaning } of rows)
    context.print(`${String(code).padStart(5)}  ${meaning.replaceAll('`', '')}`);
}
