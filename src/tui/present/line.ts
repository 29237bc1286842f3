import { displayWidth, takeColumns } from '../../lib/display-width.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';

/** What a piece of text means; the palette decides how that looks. Meaning never hangs on the tone alone. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'strong'
  | 'heading'
  | 'accent'
  | 'good'
  | 'warn'
  | 'bad'
  /** Under the cursor. */
  | 'selected';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the screen: pieces from left to right. */
export type Line = readonly Span[];

/** One piece of our own text. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

// Terminals disagree on the width of joined and coloured emoji and of flags (two letters in a trench coat),
// so each is taken apart into what all of them agree on.
const DISPUTED = /\p{Default_Ignorable_Code_Point}|\p{Emoji_Modifier}|\u20E3/gu;
const FLAG_LETTER = /\p{Regional_Indicator}/gu;
const LETTER_OFFSET = 0x1f1e6 - 0x41;

/** Text from elsewhere, safe for a terminal and of one width on all of them. */
export function foreign(text: string): string {
  const composed = terminalSafe(text).normalize('NFC').replace(DISPUTED, '');
  return composed.replace(FLAG_LETTER, (letter) =>
    String.fromCodePoint((letter.codePointAt(0) ?? 0) - LETTER_OFFSET),
  );
}

/** Text in exactly `columns` columns: cut with an ellipsis or filled with spaces. */
export function fitText(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  if (columns <= 0) return '';
  const width = displayWidth(text);
  if (width > columns) {
    const kept = `${takeColumns(text, columns - 1)}…`;
    return kept + ' '.repeat(columns - displayWidth(kept));
  }
  const fill = ' '.repeat(columns - width);
  return align === 'left' ? text + fill : fill + text;
}

/** How many columns the line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((width, { text }) => width + displayWidth(text), 0);
}

/** The line in exactly `columns` columns: cut with an ellipsis or filled with spaces. */
export function fitLine(line: Line, columns: number): Line {
  const fitted: Span[] = [];
  let room = columns;
  const cut = lineWidth(line) > columns;
  for (const piece of line) {
    if (room <= 0) break;
    const width = displayWidth(piece.text);
    const last = cut && width >= room;
    fitted.push(last ? { ...piece, text: fitText(`${piece.text} `, room) } : piece);
    room -= last ? room : width;
  }
  if (room > 0) fitted.push(span(' '.repeat(room)));
  return fitted;
}

/** Left part and right part on one line of exactly `columns` columns; the right part goes when both do not fit. */
export function spread(left: Line, right: Line, columns: number): Line {
  const gap = columns - lineWidth(left) - lineWidth(right);
  if (gap < 2) return fitLine(left, columns);
  return [...left, span(' '.repeat(gap)), ...right];
}

/** As many groups as fit, in order, with `separator` between them. */
export function joinFitting(groups: readonly Line[], columns: number, separator: Span = span('   ')): Line {
  let line: Line = [];
  for (const group of groups) {
    const longer = line.length === 0 ? group : [...line, separator, ...group];
    if (lineWidth(longer) > columns && line.length > 0) break;
    line = longer;
  }
  return line;
}

/**
 * Cuts text into lines of at most `columns` columns, between words where there are any. A column is always left: what
 * stands before the text can be wider than a terminal in the middle of being resized.
 */
export function wrapText(text: string, room: number): readonly string[] {
  const columns = Math.max(1, room);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (displayWidth(line) > columns) {
      const head = takeColumns(line, columns) || line.slice(0, 1);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** All groups, on as many lines as they need; a group is never torn. */
export function flow(
  groups: readonly Line[],
  columns: number,
  separator: Span = span('   '),
): readonly Line[] {
  const lines: Line[] = [];
  for (const group of groups) {
    const line = lines.at(-1);
    const longer = line === undefined ? group : [...line, separator, ...group];
    if (line !== undefined && lineWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(group);
  }
  return lines;
}

/** The lines, and blank ones or none of the last ones, so that they take exactly `rows` rows. */
export function filled(lines: readonly Line[], rows: number): readonly Line[] {
  return Array.from({ length: rows }, (_, row) => lines[row] ?? []);
}

/** The lines, away from the terminal's edge. */
export function indented(lines: readonly Line[]): readonly Line[] {
  return lines.map((line) => [span('  '), ...line]);
}

/** Two columns of lines, the right one from `columns` columns on. */
export function beside(left: readonly Line[], right: readonly Line[], columns: number): readonly Line[] {
  return filled(left, Math.max(left.length, right.length)).map((line, row) => [
    ...fitLine(line, columns),
    ...(right[row] ?? []),
  ]);
}
