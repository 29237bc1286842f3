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

// `  why: ` and `  fix: ` take seven columns; 92 with them is readable on every terminal.
const WIDTH = 85;
const INDENT = ' '.repeat(7);

/** Long text for the `why` of an error, broken between words into lines that stand under each other. */
export function wrapWords(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join(`\n${INDENT}`);
}
