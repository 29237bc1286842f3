/**
 * A storm of keys and sizes over the dashboard of `gw demo`, in a real terminal (tmux): nothing may crash, no line may
 * stand where it should not, and the scrollback must be as it was. 75 seconds, or as many as are given:
 *
 *   node bench/dash-storm.ts [seconds] [seed]
 *
 * Needs tmux and a built gw (`npm run build`).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { OTHER_KEYS, SCREEN_KEYS } from '../src/tui/key-tables.ts';

const SECONDS = Number(process.argv[2] ?? 75);
const SEED = Number(process.argv[3] ?? 1);
const PROGRAM = join(import.meta.dirname, '../bin/gw.js');
// The demo explains itself for a moment before its dashboard takes the screen.
const START_MS = 8_000;
const BETWEEN_MS = 25;
const KEYS_AT_ONCE = 6;
const RESIZE_EVERY = 9;
const LOOK_EVERY = 40;
const SETTLE_MS = 1_200;
const LEAVE_MS = 15_000;

/** How tmux calls the keys that it does not call as we do. */
const TMUX_NAMES: Readonly<Record<string, string>> = {
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  enter: 'Enter',
  escape: 'Escape',
  tab: 'Tab',
  'shift+tab': 'BTab',
  backspace: 'BSpace',
  pageup: 'PPage',
  pagedown: 'NPage',
  home: 'Home',
  end: 'End',
  ' ': 'Space',
  'ctrl+u': 'C-u',
};
const LEAVING = ['q', 'ctrl+c'];
// What people press by mistake, and what is not ASCII.
const MISTAKES = ['Z', '%', '~', 'é', '漢', 'F5', 'C-l', 'M-x', 'DC', 'IC'];

interface Finding {
  readonly at: string;
  readonly what: string;
}

class Terminal {
  readonly #socket = `gw-storm-${process.pid}`;

  open(folder: string): void {
    this.#run('-f', '/dev/null', 'new-session', '-d', '-x', '120', '-y', '40', '-c', folder, 'sh');
    this.#run('set', '-g', 'history-limit', '10000');
  }

  type(...keys: readonly string[]): void {
    this.#run('send-keys', ...keys);
  }

  /** A line of the shell. */
  enter(line: string): void {
    this.#run('send-keys', '-l', line);
    this.#run('send-keys', 'Enter');
  }

  resize(columns: number, rows: number): void {
    this.#run('resize-window', '-x', String(columns), '-y', String(rows));
  }

  screen(): string[] {
    return this.#run('capture-pane', '-p').split('\n').slice(0, -1);
  }

  scrollback(): string[] {
    return this.#run('capture-pane', '-p', '-J', '-S', '-', '-E', '-')
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '');
  }

  onAlternateScreen(): boolean {
    return this.#run('display-message', '-p', '#{alternate_on}').trim() === '1';
  }

  close(): void {
    this.#run('kill-server');
  }

  #run(...words: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...words], {
      encoding: 'utf8',
      env: { ...process.env, LANG: 'C.UTF-8', TMUX: '' },
    });
  }
}

/** The same numbers for the same seed (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** What stands on the screen that should not, when everything has settled. */
function strayOn(lines: readonly string[], columns: number, rows: number): string | undefined {
  const text = lines.join('\n');
  if (/\bNaN\b|\bundefined\b|\[object |^\s+at .+:\d+:\d+\)?$/m.test(text)) return 'what no person should see';
  if (/(?:Type|Reference|Range)?Error: /.test(text) && /node:internal/.test(text)) return 'a crash';
  const used = lines.filter((line) => line.trim() !== '').length;
  if (columns < 60 || rows < 12) return used > 1 ? `${used} lines where there is room for one` : undefined;
  const heads = lines.filter((line) => /^ {2}gw (?:\d|[●▲✗○…‖])/.test(line)).length;
  return heads === 1 ? undefined : `${heads} headers`;
}

async function storm(terminal: Terminal): Promise<readonly Finding[]> {
  const number = numbersFrom(SEED);
  const pick = <T>(list: readonly T[]): T | undefined => list[number(list.length)];
  const tables = [...Object.values(SCREEN_KEYS), ...Object.values(OTHER_KEYS)];
  const named = new Set(tables.flatMap((table) => table.flatMap((binding) => binding.keys)));
  const keys = [...named].filter((key) => !LEAVING.includes(key)).map((key) => TMUX_NAMES[key] ?? key);
  const findings: Finding[] = [];
  const end = Date.now() + SECONDS * 1_000;
  let size = { columns: 120, rows: 40 };
  const counts = { keys: 0, sizes: 0, looks: 0 };
  for (let turn = 1; Date.now() < end && findings.length < 10; turn++) {
    const pressed = Array.from(
      { length: 1 + number(KEYS_AT_ONCE) },
      () => (number(12) === 0 ? pick(MISTAKES) : pick(keys)) ?? 'j',
    );
    // A semicolon would end tmux's command.
    terminal.type(...pressed.filter((key) => key !== ';'));
    counts.keys += pressed.length;
    if (turn % RESIZE_EVERY === 0) {
      size = { columns: 20 + number(200), rows: 4 + number(64) };
      terminal.resize(size.columns, size.rows);
      counts.sizes++;
    }
    await pause(BETWEEN_MS);
    if (turn % LOOK_EVERY !== 0) continue;
    await pause(SETTLE_MS);
    counts.looks++;
    const lines = terminal.screen();
    const at = `${size.columns} × ${size.rows}, turn ${turn}`;
    if (!terminal.onAlternateScreen()) findings.push({ at, what: 'the dashboard is gone' });
    const what = strayOn(lines, size.columns, size.rows);
    if (what !== undefined) findings.push({ at, what: `${what}\n${lines.join('\n')}` });
  }
  console.log(`${counts.keys} keys, ${counts.sizes} sizes, looked at ${counts.looks} times`);
  return findings;
}

/** Leaves from wherever the storm ended, and answers with what is wrong with the terminal then. */
async function leave(terminal: Terminal): Promise<readonly Finding[]> {
  terminal.resize(120, 40);
  // The first may only end a line that is being typed.
  for (let again = 0; again < 3 && terminal.onAlternateScreen(); again++) {
    terminal.type('C-c');
    await pause(1_000);
  }
  const end = Date.now() + LEAVE_MS;
  while (Date.now() < end && !terminal.scrollback().some((line) => line.startsWith('left with')))
    await pause(200);
  const lines = terminal.scrollback();
  const findings: Finding[] = [];
  // 1 when the storm paused every provider, so that the demo's own requests failed.
  if (!lines.some((line) => /^left with [01]$/.test(line)))
    findings.push({ at: 'the end', what: 'it did not leave by itself' });
  const strays = lines.filter((line) => !EXPECTED.some((known) => known.test(line)));
  if (strays.length > 0) findings.push({ at: 'the scrollback', what: strays.join('\n') });
  const marks = lines.filter((line) => /^mark \d+$/.test(line));
  if (marks.length !== MARKS)
    findings.push({ at: 'the scrollback', what: `${marks.length} of ${MARKS} marks` });
  return findings;
}

const MARKS = 60;
/** Every line the shell and the demo print by themselves. */
const EXPECTED = [
  /^\$/,
  /^mark \d+$/,
  /^gw demo: three simulated/,
  /^Five clients ask/,
  /^rate limits, errors/,
  /^Watch who serves/,
  /^\d+ requests: /,
  /^\d+ answers? (?:was|were) cut/,
  /^\d+ went wrong:$/,
  /^ {2}\S.*, (?:no )?stream: /,
  /^Everything the demo started/,
  /^left with \d+$/,
];

const folder = mkdtempSync(join(tmpdir(), 'gw-storm-'));
const terminal = new Terminal();
terminal.open(folder);
try {
  terminal.enter(`PS1='$ '; clear; i=1; while [ $i -le ${MARKS} ]; do echo "mark $i"; i=$((i+1)); done`);
  await pause(500);
  terminal.enter(`'${process.execPath}' '${PROGRAM}' demo; echo "left with $?"`);
  await pause(START_MS);
  const findings = [...(await storm(terminal)), ...(await leave(terminal))];
  for (const { at, what } of findings) console.log(`✗ ${at}: ${what}`);
  console.log(
    findings.length === 0 ? '✓ nothing crashed, nothing was left behind' : `${findings.length} findings`,
  );
  process.exitCode = findings.length === 0 ? 0 : 1;
} finally {
  terminal.close();
  rmSync(folder, { recursive: true, force: true });
}
