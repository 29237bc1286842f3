import { CommandError, type ExitCode } from './error.ts';

/** A refusal as a value, in the three parts of every message. */
export interface CommandProblem {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** The error a command throws for a problem. */
export function problemError({ what, why, fix }: CommandProblem, exit: ExitCode): CommandError {
  return new CommandError(what, { why, fix, exit });
}
