import type { ChalkInstance } from 'chalk';

import { type Line, type Tone } from '../present/line.ts';
import { plainGlyphs } from '../present/plain-glyphs.ts';

/** What a terminal can show, beyond its colours. */
export interface Look {
  /** Only the characters every terminal has. */
  readonly ascii: boolean;
  /** Its background is light: yellow and cyan would not be read there. */
  readonly light: boolean;
}

/** How each tone looks. Without colour all of them are the bare text. */
export interface Palette {
  readonly tones: Readonly<Record<Tone, (text: string) => string>>;
  /** The text in the characters this terminal has, as wide as before. */
  glyphs(text: string): string;
}

const DARK: Look = { ascii: false, light: false };

/** The palette of a terminal: the sixteen colours only, so that the person's own theme decides. */
export function makePalette(style: ChalkInstance, { ascii, light }: Look = DARK): Palette {
  return {
    tones: {
      plain: same,
      dim: style.dim,
      strong: style.bold,
      heading: style.bold,
      accent: light ? style.blue : style.cyan,
      good: style.green,
      warn: light ? style.magenta : style.yellow,
      bad: style.red,
      selected: style.inverse,
    },
    glyphs: ascii ? plainGlyphs : same,
  };
}

/** A line as the terminal takes it. */
export function paint(line: Line, palette: Palette): string {
  let painted = '';
  for (const { text, tone } of line) painted += palette.tones[tone](palette.glyphs(text));
  return painted;
}

function same(text: string): string {
  return text;
}
