import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import type { Command } from '../../src/cli/command.ts';
import { EXIT } from '../../src/cli/error.ts';
import { reportError, runProgram } from '../../src/cli/program.ts';
import { COMMANDS } from '../../src/cli/tree.ts';
import { PROGRAM } from './daemon-home.ts';

/** They go on until they are told to end. */
const ENDLESS: readonly string[] = ['demo', 'simulate'];

/** Any word is a right one for these. */
const TAKES_ANYTHING: readonly string[] = ['profile create'];

// Far more than any of them needs without a network, also on a busy machine.
const PATIENCE_MS = 20_000;
const AT_ONCE = 4;

interface Ran {
  readonly words: string;
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
  readonly isLate: boolean;
}

const definitions = new Map<string, Command>();
for (const { path, load } of COMMANDS) definitions.set(path, (await load()).command);
const paths = [...definitions.keys()];

/** Runs the program in an empty home, with nobody to ask. */
async function runAlone(words: readonly string[]): Promise<Ran> {
  const home = mkdtempSync(join(tmpdir(), 'gw-tree-'));
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: home,
    env: { PATH: '', HOME: home, GW_HOME: join(home, 'gw') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  let isLate = false;
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
    // What it started may hold them open.
    child.stdout.destroy();
    child.stderr.destroy();
  }, PATIENCE_MS);
  const [exit] = await once(child, 'close');
  clearTimeout(timer);
  rmSync(home, { recursive: true, force: true });
  return { words: `gw ${words.join(' ')}`, exit, out, err, isLate };
}

/** A few at a time: a hundred processes at once would make each other late. */
async function runAll(lines: readonly (readonly string[])[]): Promise<Map<string, Ran>> {
  const waiting = [...lines];
  const done = new Map<string, Ran>();
  const work = async (): Promise<void> => {
    for (let words = waiting.shift(); words !== undefined; words = waiting.shift()) {
      done.set(words.join(' '), await runAlone(words));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done;
}

/** What the command line is refused for before any command begins: no process of its own is needed for that. */
async function refusalOf(words: string): Promise<Ran> {
  const error: unknown = await runProgram(words.split(' '), '0.0.0').catch((thrown: unknown) => thrown);
  let err = '';
  const stderr = { write: (text: string) => (err += text) } as unknown as NodeJS.WriteStream;
  return { words: `gw ${words}`, exit: reportError(error, stderr), out: '', err, isLate: false };
}

let ran = new Map<string, Ran>();
function after(words: string): Ran {
  const found = ran.get(words);
  if (found === undefined) throw new Error(`gw ${words} was not run`);
  return found;
}

function takesAnyNumber(path: string): boolean {
  return definitions.get(path)?.arguments?.at(-1)?.name.includes('...') === true;
}

/** The command with a wrong word wherever it takes one. */
function withWrongWords(path: string): string {
  return [path, ...(definitions.get(path)?.arguments ?? []).map(() => 'nonsense')].join(' ');
}

const withWords = paths.filter((path) => (definitions.get(path)?.arguments ?? []).length > 0);
const withRequired = paths.filter((path) => definitions.get(path)?.arguments?.[0]?.name.startsWith('<'));

const empty = mkdtempSync(join(tmpdir(), 'gw-tree-'));

const withoutRequired = paths.filter((path) => !withRequired.includes(path) && !ENDLESS.includes(path));

beforeAll(async () => {
  // A command that took such a line after all would find nobody's daemon and nobody's profile.
  for (const name of ['HOME', 'GW_HOME']) vi.stubEnv(name, empty);
  const lines = [
    ...paths.map((path) => `${path} --help`),
    ...withWords.map(withWrongWords),
    ...withoutRequired,
    ...withoutRequired.map((path) => `${path} --json`),
  ];
  ran = await runAll([...new Set(lines)].map((line) => line.split(' ')));
}, 300_000);

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(empty, { recursive: true, force: true });
});

// [promise:commands-explain]
describe('every command', () => {
  test.each(paths)('gw %s --help describes it, each of its words, and has an example', (path) => {
    const { exit, out, err } = after(`${path} --help`);
    expect({ exit, err }).toEqual({ exit: EXIT.ok, err: '' });
    const summary = COMMANDS.find((entry) => entry.path === path)?.summary ?? '';
    expect(flat(out)).toContain(flat(summary));
    expect(out).toMatch(new RegExp(`\\n {2}\\$ .*\\bgw ${path}\\b`));
    const { options = [], arguments: positional = [], examples } = definitions.get(path) ?? { examples: [] };
    for (const each of [...options, ...positional]) {
      expect(each.summary).toMatch(/\w{2}/);
      expect(flat(out)).toContain(flat(each.summary));
    }
    for (const example of examples) expect(out).toContain(`$ ${example}`);
    expect(out).toContain('--json');
  });

  test.each(paths)('gw %s answers an unknown option with what, why and the fix', async (path) => {
    expectRefusal(await refusalOf(`${path} --no-such-option`), [EXIT.usage]);
  });

  test.each(paths.filter((path) => !takesAnyNumber(path)))('gw %s answers a word too many', async (path) => {
    expectRefusal(await refusalOf(`${withWrongWords(path)} nonsense`), [EXIT.usage]);
  });

  test.each(withWords.filter((path) => !TAKES_ANYTHING.includes(path)))(
    'gw %s says of a name that is not there what there is, or what has to be done first',
    (path) => {
      expectRefusal(after(withWrongWords(path)), [EXIT.failed, EXIT.usage, EXIT.notRunning, EXIT.config]);
    },
  );

  test.each(withoutRequired)('gw %s --json writes nothing but JSON to stdout', (path) => {
    const { out } = after(`${path} --json`);
    // A command that lists as it goes has one document on each line.
    const lines = out.split('\n').filter((line) => line !== '');
    expect(isJson(out) || lines.every(isJson), out).toBe(true);
  });

  test.each(withRequired)('gw %s says which word is missing', async (path) => {
    expectRefusal(await refusalOf(path), [EXIT.usage]);
  });

  test.each(withoutRequired)(
    'gw %s ends by itself where nobody can be asked, and explains why it did nothing',
    (path) => {
      const alone = after(path);
      expect(alone).toMatchObject({ isLate: false, exit: expect.any(Number) });
      expect(Object.values<number>(EXIT)).toContain(alone.exit);
      expect(alone.err).not.toMatch(/defect in gw|\n {4}at /);
      // Doctor's findings are its data, with a fix beside each.
      if (alone.exit !== 0 && path !== 'doctor') expectRefusal(alone, Object.values<number>(EXIT));
    },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As one line: help breaks its lines where the terminal ends. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function expectRefusal({ words, exit, out, err }: Ran, codes: readonly number[]): void {
  expect(codes, `${words}\n${err}`).toContain(exit);
  expect(out, words).toBe('');
  expect(err, words).toMatch(/^gw: .+/m);
  expect(err, words).toMatch(/^ {2}why: .+/m);
  expect(err, words).toMatch(/^ {2}fix: .+/m);
  expect(err, words).not.toMatch(/defect in gw/);
}
