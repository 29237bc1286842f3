import type { ChalkInstance } from 'chalk';
import { createContext, useContext } from 'react';

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
  /** The row under the cursor, whatever its tones. */
  selected(text: string): string;
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
    },
    selected: style.inverse,
    glyphs: ascii ? plainGlyphs : same,
  };
}

const UNPAINTED: Palette = {
  tones: {
    plain: same,
    dim: same,
    strong: same,
    heading: same,
    accent: same,
    good: same,
    warn: same,
    bad: same,
  },
  selected: same,
  glyphs: same,
};

/** The palette in use, for the widgets. */
export const PaletteContext = createContext<Palette>(UNPAINTED);

/** The palette in use. */
export function usePalette(): Palette {
  return useContext(PaletteContext);
}

/** A line as the terminal takes it. */
export function paint(line: Line, palette: Palette): string {
  return line.map(({ text, tone }) => palette.tones[tone](palette.glyphs(text))).join('');
}

/** The row under the cursor: one look for all of it. */
export function paintSelected(line: Line, palette: Palette): string {
  return palette.selected(palette.glyphs(line.map(({ text }) => text).join('')));
}

function same(text: string): string {
  return text;
}
