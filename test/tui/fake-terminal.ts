import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';

import { TerminalScreen } from './screen.ts';

/** A terminal with a keyboard: what ink takes for stdin and stdout, and the screen behind it. */
export interface FakeTerminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly screen: TerminalScreen;
  /** The last thing written in one go; with ink's `debug` option that is the whole frame. */
  readonly lastWrite: () => string;
  /** Bytes as the terminal sends them when a key is pressed. */
  readonly type: (bytes: string) => void;
  readonly resize: (columns: number, rows: number) => void;
}

export function fakeTerminal(columns: number, rows: number): FakeTerminal {
  const screen = new TerminalScreen(columns, rows);
  let last = '';
  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns,
    rows,
    writable: true,
    write: (text: string, done?: () => void): boolean => {
      if (text !== '') last = text;
      screen.write(text);
      done?.();
      return true;
    },
  });
  const stdin = Object.assign(new PassThrough({ encoding: 'utf8' }), {
    isTTY: true,
    setRawMode: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
  });
  return {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    screen,
    lastWrite: () => last,
    type: (bytes) => void stdin.write(bytes),
    resize: (newColumns, newRows) => {
      stdout.columns = newColumns;
      stdout.rows = newRows;
      screen.resize(newColumns, newRows);
      stdout.emit('resize');
    },
  };
}

/** The bytes of the keys that are not characters. */
export const BYTES: Readonly<Record<string, string>> = {
  up: '\u001B[A',
  down: '\u001B[B',
  right: '\u001B[C',
  left: '\u001B[D',
  pageup: '\u001B[5~',
  pagedown: '\u001B[6~',
  home: '\u001B[H',
  end: '\u001B[F',
  enter: '\r',
  escape: '\u001B',
  tab: '\t',
  'shift+tab': '\u001B[Z',
  backspace: '\u007F',
  'ctrl+c': '\u0003',
};
