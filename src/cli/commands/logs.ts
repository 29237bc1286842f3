import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import type { LogLevel } from '../../core/ports.ts';
import { decodeLogRecord, isLevel, lastLines, LOG_LEVELS, readableLine } from '../../daemon/index.ts';
import { LineSplitter } from '../../lib/lines.ts';
import { terminalSafe, terminalSafeJson } from '../../lib/terminal-safe.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';

const LINES = 50;
const POLL_MS = 200;

/** Prints the daemon's own log. */
export const command: Command = {
  options: [
    { flags: '-f, --follow', summary: 'go on printing what is added' },
    { flags: '-n, --lines <number>', summary: `begin with this many lines (${LINES})` },
    { flags: '--level <level>', summary: 'only debug, info, warn or error and what weighs more' },
  ],
  examples: ['gw logs', 'gw logs --follow --level warn', 'gw logs --lines 500 --json'],
  async run(context, input) {
    const level = readLevel(input.text('level'));
    const count = readCount(input.text('lines'));
    const show = printer(context, level);
    const { log } = context.paths;
    const shown = lastLines(log, level === 'debug' ? count : Number.MAX_SAFE_INTEGER).filter((line) =>
      passes(line, level),
    );
    for (const line of count === 0 ? [] : shown.slice(-count)) show(line);
    if (input.flag('follow')) return follow(log, show);
    if (shown.length === 0) context.say(`There is nothing to show in ${log}.`);
    return EXIT.ok;
  },
};

function printer(context: Context, level: LogLevel): (line: string) => void {
  return (line) => {
    if (!passes(line, level)) return;
    if (context.json)
      context.print(
        decodeLogRecord(line)
          ? terminalSafeJson(line)
          : JSON.stringify({ level: 'error', event: 'text-printed', text: line }),
      );
    else context.print(painted(context, line));
  };
}

/** Lines that are not ours are what Node.js prints when it crashes: they are always shown. */
function passes(line: string, level: LogLevel): boolean {
  const record = decodeLogRecord(line);
  return record === undefined || LOG_LEVELS[record.level] >= LOG_LEVELS[level];
}

function painted({ style }: Context, line: string): string {
  const text = readableLine(line);
  const level = decodeLogRecord(line)?.level ?? 'error';
  if (level === 'error') return style.red(text);
  if (level === 'warn') return style.yellow(text);
  return level === 'debug' ? style.dim(text) : text;
}

/** Looks at the file's end a few times a second, which works on every file system; ends with the process. */
async function follow(path: string, show: (line: string) => void): Promise<number> {
  let at = sizeOf(path);
  let lines = new LineSplitter();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const size = sizeOf(path);
    if (size < at) {
      // Rotated: the file was emptied and begins anew.
      at = 0;
      lines = new LineSplitter();
    }
    for (const line of lines.push(readFrom(path, at, size))) show(line);
    at = size;
  }
}

function sizeOf(path: string): number {
  return withFile(path, (file) => fstatSync(file).size) ?? 0;
}

function readFrom(path: string, from: number, to: number): Buffer {
  const block = Buffer.alloc(to - from);
  const length =
    block.length === 0 ? 0 : withFile(path, (file) => readSync(file, block, 0, block.length, from));
  return block.subarray(0, length ?? 0);
}

function withFile<T>(path: string, use: (file: number) => T): T | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return use(file);
  } catch {
    // No log yet: it may appear.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readLevel(text: string | undefined): LogLevel {
  if (text === undefined) return 'debug';
  if (isLevel(text)) return text;
  throw new CommandError(`${terminalSafe(text)} is no level.`, {
    why: `levels are ${Object.keys(LOG_LEVELS).join(', ')}`,
    fix: '--level warn',
    exit: EXIT.usage,
  });
}

function readCount(text: string | undefined): number {
  if (text === undefined) return LINES;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new CommandError(`${terminalSafe(text)} is no number of lines.`, {
    fix: '--lines 50',
    exit: EXIT.usage,
  });
}
