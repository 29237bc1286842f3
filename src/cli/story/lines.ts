import { displayWidth } from '../../lib/display-width.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Style } from '../style.ts';

/** How a story is laid out. */
export interface Layout {
  readonly width: number;
  readonly style: Style;
}

/** Breaks text at spaces so that each line fits; the first begins after `first`, the others after as much space. */
export function wrap(text: string, width: number, first = ''): string[] {
  const indent = ' '.repeat(displayWidth(first));
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of terminalSafe(text)
    .split(' ')
    .flatMap((each) => chop(each, width - indent.length))) {
    const needed = displayWidth(line) + displayWidth(word) + (empty ? 0 : 1);
    if (!empty && needed > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/** A word longer than a line (an address, base64) is cut into pieces: nothing of an error may be lost. */
function chop(word: string, width: number): string[] {
  const size = Math.max(8, width);
  if (word.length <= size) return [word];
  return [word.slice(0, size), ...chop(word.slice(size), width)];
}

const PLAIN: Readonly<Record<string, string>> = {
  '░': '.',
  '▒': '-',
  '█': '#',
  '→': '>',
  '…': '~',
  '–': '-',
  '·': '-',
  '✓': '+',
  '✗': 'x',
  '↻': '*',
};

/** The same line for a terminal that does not speak UTF-8: one plain character for each special one. */
export function toPlain(line: string): string {
  return line.replaceAll(/[░▒█→…–·✓✗↻]/g, (found) => PLAIN[found] ?? '?');
}

/** Whether the terminal can be expected to show UTF-8: the locale says otherwise, or says nothing about it. */
export function speaksUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['TERM'] === 'linux' || env['TERM'] === 'dumb') return false;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return locale === undefined || locale === '' || /utf-?8/i.test(locale);
}
