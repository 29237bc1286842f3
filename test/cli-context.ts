import { PassThrough, Readable, Writable } from 'node:stream';

import type { Context } from '../src/cli/context.ts';
import { makeStyle } from '../src/cli/style.ts';
import { findPaths } from '../src/core/paths.ts';
import { systemClock } from '../src/lib/clock.ts';

/** A context for running a command in a test, with everything it wrote. */
export interface TestContext extends Context {
  /** What was written to stdout so far. */
  readonly out: string;
  /** What was written to stderr so far. */
  readonly err: string;
  /** stdout as JSON. */
  readonly outJson: unknown;
}

/** Makes a context whose home is a directory of the test, and which no person is sitting at. */
export function testContext(options: {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly json?: boolean;
  readonly stdinText?: string;
  readonly cwd?: string;
  /** A person is there: questions are asked, and answered from `stdinText`. */
  readonly interactive?: boolean;
}): TestContext {
  const env: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    HOME: options.home,
    GW_HOME: options.home,
    NO_COLOR: '1',
    ...options.env,
  };
  const out = collector();
  const err = collector();
  const json = options.json ?? false;
  const stdin = options.stdinText === undefined ? new PassThrough() : Readable.from([options.stdinText]);
  return {
    env,
    cwd: options.cwd ?? options.home,
    paths: findPaths(env),
    clock: systemClock,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: out.stream as unknown as NodeJS.WriteStream,
    stderr: err.stream as unknown as NodeJS.WriteStream,
    json,
    interactive: options.interactive ?? false,
    style: makeStyle(env, false),
    columns: 80,
    print: (text) => void out.stream.write(`${text}\n`),
    say: (text) => void err.stream.write(`${text}\n`),
    printJson: (value) => void out.stream.write(`${JSON.stringify(value, null, 2)}\n`),
    get out() {
      return out.text();
    },
    get err() {
      return err.text();
    },
    get outJson(): unknown {
      return JSON.parse(out.text());
    },
  };
}

function collector(): { stream: Writable; text: () => string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}
