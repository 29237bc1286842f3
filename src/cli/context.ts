import { findPaths, type Paths } from '../core/paths.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { terminalSafeJson } from '../lib/terminal-safe.ts';
import { withoutPlaceholder } from './clients/variables.ts';
import { withOwnPipe } from './own-pipe.ts';
import { makeStyle, type Style } from './style.ts';

/** Everything a command may touch of the outside world. Made once, in `main`. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly paths: Paths;
  readonly clock: Clock;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** `--json` was given: stdout carries one JSON document (or JSON lines) and nothing else. */
  readonly json: boolean;
  /** A person can be asked: both ends are terminals, and neither `--json` nor CI is set. */
  readonly interactive: boolean;
  readonly style: Style;
  /** Columns of the terminal; 80 when there is none. */
  readonly columns: number;
  /** Writes data, with a line end. */
  print(text: string): void;
  /** Writes a message for the person at the terminal. */
  say(text: string): void;
  /** Writes `value` as pretty JSON on stdout. */
  printJson(value: unknown): void;
}

export function createContext(json: boolean): Context {
  const { stdin, stdout, stderr } = process;
  const env = withoutPlaceholder(process.env);
  const interactive = stdin.isTTY && stdout.isTTY && !json && !env['CI'];
  return {
    env,
    cwd: process.cwd(),
    paths: withOwnPipe(findPaths(env)),
    clock: systemClock,
    stdin,
    stdout,
    stderr,
    json,
    interactive,
    style: makeStyle(env, stdout.isTTY && !json),
    columns: stdout.isTTY ? stdout.columns : 80,
    print: (text) => void stdout.write(`${text}\n`),
    say: (text) => void stderr.write(`${text}\n`),
    printJson: (value) => void stdout.write(`${terminalSafeJson(JSON.stringify(value, null, 2))}\n`),
  };
}
