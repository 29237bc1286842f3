import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';

import { type Line, span } from '../../src/tui/present/line.ts';
import { createPainter } from '../../src/tui/terminal/painter.ts';
import { makePalette } from '../../src/tui/terminal/palette.ts';
import { TerminalScreen } from './screen.ts';

function open(columns = 20, rows = 4) {
  const screen = new TerminalScreen(columns, rows);
  const written: string[] = [];
  const painter = createPainter(
    (bytes) => {
      written.push(bytes);
      screen.write(bytes);
    },
    makePalette(new Chalk({ level: 1 })),
  );
  const draw = (...texts: readonly string[]): void =>
    painter.draw(
      texts.map((text): Line => [span(text, 'good')]),
      columns,
    );
  return { screen, written, painter, draw };
}

describe('the painter', () => {
  it('writes the rows that changed, in one go, and nothing where none did', () => {
    const { screen, written, draw } = open();
    draw('one', 'two', 'three');
    draw('one', 'two', 'three');
    expect(written.length).toBe(1);
    draw('one', '2', 'three');
    expect(screen.lines()).toEqual(['one', '2', 'three', '']);
    expect(written[1]).toContain('2');
    expect(written[1]).not.toMatch(/one|three/);
  });

  it('leaves nothing of what was longer, or stood further down', () => {
    const { screen, draw } = open();
    draw('a long line indeed', 'two', 'three');
    draw('short');
    expect(screen.text()).toBe('short');
  });

  it('fills the terminal to its last place without moving anything', () => {
    const { screen, draw } = open(5, 3);
    const full = ['aaaaa', 'bbbbb', 'ccccc'];
    draw(...full);
    draw('aaaaa', 'bbbbb', 'ccccd');
    expect(screen.lines()).toEqual(['aaaaa', 'bbbbb', 'ccccd']);
  });

  it('cuts what is too wide, and keeps a wide character whole', () => {
    const { screen, draw } = open(6, 2);
    draw('模型测试', '123456789');
    expect(screen.lines()).toEqual(['模型…', '12345…']);
  });

  it('draws everything again after the terminal became another', () => {
    const { screen, painter, draw } = open(10, 3);
    draw('one', 'two');
    screen.write('\u001B[2;1Hghost');
    painter.wipe();
    expect(screen.text()).toBe('');
    draw('one', 'two');
    expect(screen.lines()).toEqual(['one', 'two', '']);
  });
});
