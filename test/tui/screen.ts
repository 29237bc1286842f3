import { displayWidth } from '../../src/lib/display-width.ts';

// Everything ink writes: text, line ends, and escape sequences.
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const TOKEN = /\u001B\[([?>]?)([\d;]*)([A-Za-z])|\u001B[78]|\r|\n|[^\u001B\r\n]/gu;

/** What a terminal shows after the bytes written to it: enough of one to see whether frames leave traces. */
export class TerminalScreen {
  columns: number;
  rows: number;
  alternate = false;
  #cells: string[][];
  #primary: string[][] | undefined;
  #x = 0;
  #y = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#cells = blank(columns, rows);
  }

  /** The lines, without what is blank at their ends. */
  lines(): string[] {
    return this.#cells.map((row) => row.join('').trimEnd());
  }

  text(): string {
    return this.lines().join('\n').trimEnd();
  }

  /** The alternate screen is cut or extended at its right and lower edges, and never reflows. */
  resize(columns: number, rows: number): void {
    // A terminal that loses rows drops them at the top as long as the cursor is below.
    while (this.#y >= rows) {
      this.#cells.shift();
      this.#y--;
    }
    this.#cells = Array.from({ length: rows }, (_, y) =>
      Array.from({ length: columns }, (_cell, x) => this.#cells[y]?.[x] ?? ' '),
    );
    this.columns = columns;
    this.rows = rows;
    this.#x = Math.min(this.#x, columns - 1);
  }

  write(bytes: string): void {
    for (const [token, mark, numbers, letter] of bytes.matchAll(TOKEN)) {
      if (letter !== undefined) this.#control(mark ?? '', numbers ?? '', letter);
      else if (token === '\n') this.#lineFeed();
      else if (token === '\r') this.#x = 0;
      else if (!token.startsWith('\u001B')) this.#put(token);
    }
  }

  #put(character: string): void {
    const width = displayWidth(character);
    if (width === 0) return;
    if (this.#x + width > this.columns) this.#lineFeed();
    const row = this.#cells[this.#y];
    if (row === undefined) throw new Error(`wrote outside of the screen, at row ${this.#y}`);
    row[this.#x] = character;
    if (width === 2) row[this.#x + 1] = '';
    this.#x += width;
  }

  #lineFeed(): void {
    this.#x = 0;
    if (this.#y < this.rows - 1) {
      this.#y++;
      return;
    }
    this.#cells.shift();
    this.#cells.push(blankRow(this.columns));
  }

  #control(mark: string, numbers: string, letter: string): void {
    const [first = 0, second = 0] = numbers.split(';').map(Number);
    if (mark === '?') {
      if (first === 1049) this.#switchBuffer(letter === 'h');
      return;
    }
    const step = Math.max(1, first);
    const column = Math.min(this.#x, this.columns - 1);
    if (letter === 'A') this.#y = Math.max(0, this.#y - step);
    else if (letter === 'B') this.#y = Math.min(this.rows - 1, this.#y + step);
    else if (letter === 'C') this.#x = Math.min(this.columns - 1, column + step);
    else if (letter === 'D') this.#x = Math.max(0, column - step);
    else if (letter === 'E') {
      this.#y = Math.min(this.rows - 1, this.#y + step);
      this.#x = 0;
    } else if (letter === 'G') this.#x = Math.max(0, first - 1);
    else if (letter === 'H') {
      this.#y = Math.max(0, first - 1);
      this.#x = Math.max(0, second - 1);
    } else if (letter === 'K') this.#eraseLine(first);
    else if (letter === 'J') this.#eraseDown(first);
    else if (letter !== 'm') throw new Error(`unexpected control sequence: CSI ${numbers}${letter}`);
  }

  #eraseLine(mode: number): void {
    const row = this.#cells[this.#y];
    const from = mode === 2 ? 0 : this.#x;
    row?.fill(' ', mode === 1 ? 0 : from, mode === 1 ? this.#x + 1 : this.columns);
  }

  #eraseDown(mode: number): void {
    const from = mode === 2 ? 0 : this.#y + 1;
    if (mode === 0) this.#eraseLine(0);
    for (let y = from; y < this.rows; y++) this.#cells[y] = blankRow(this.columns);
  }

  #switchBuffer(alternate: boolean): void {
    this.alternate = alternate;
    if (alternate) {
      this.#primary = this.#cells;
      this.#cells = blank(this.columns, this.rows);
    } else {
      this.#cells = this.#primary ?? blank(this.columns, this.rows);
    }
    this.#x = 0;
    this.#y = 0;
  }
}

function blank(columns: number, rows: number): string[][] {
  return Array.from({ length: rows }, () => blankRow(columns));
}

function blankRow(columns: number): string[] {
  return Array.from({ length: columns }, () => ' ');
}
