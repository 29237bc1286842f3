import { terminalSafe } from '../lib/terminal-safe.ts';

/** Exit codes; `gw help exit-codes` and the documentation print this table. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  config: 4,
  start: 5,
  routeFailed: 6,
  routeDegraded: 7,
  commandMissing: 127,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * What a command throws when it cannot do its work: what happened, why, and the command that fixes it. The words it
 * quotes may come from anywhere; what a terminal would obey is taken out of them here.
 */
export class CommandError extends Error {
  readonly why: string | undefined;
  readonly fix: string | undefined;
  readonly exit: ExitCode;

  constructor(
    what: string,
    more: {
      readonly why?: string;
      readonly fix?: string;
      readonly exit?: ExitCode;
      readonly cause?: unknown;
    } = {},
  ) {
    super(shown(what), { cause: more.cause });
    this.why = more.why === undefined ? undefined : shown(more.why);
    this.fix = more.fix === undefined ? undefined : shown(more.fix);
    this.exit = more.exit ?? EXIT.failed;
  }
}

/** Errors break their own lines. */
function shown(text: string): string {
  return text.split('\n').map(terminalSafe).join('\n');
}
