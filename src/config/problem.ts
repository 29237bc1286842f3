import { terminalSafe } from '../lib/terminal-safe.ts';

/** One thing that is wrong with the profile file: where, what, and what was expected instead. */
export interface ConfigProblem {
  readonly file: string;
  /** `profiles.default.providers.openai.url`; empty when the file as a whole is meant. */
  readonly place: string;
  readonly message: string;
  readonly expected?: string;
  /** The known name that a mistyped one most likely meant. */
  readonly nearest?: string;
  /** Counted from one; known when the text itself was read. */
  readonly line?: number;
  readonly column?: number;
}

/** A problem in one line for people: `config.json:3:5: listen.prot: unknown key (did you mean "port"?)`. */
export function describeProblem(problem: ConfigProblem): string {
  const position = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  const place = problem.place === '' ? '' : `${problem.place}: `;
  const expected = problem.expected === undefined ? '' : `; expected ${problem.expected}`;
  const meant = problem.nearest === undefined ? '' : ` (did you mean ${JSON.stringify(problem.nearest)}?)`;
  return terminalSafe(`${problem.file}${position}: ${place}${problem.message}${expected}${meant}`);
}
