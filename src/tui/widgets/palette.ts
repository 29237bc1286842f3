import type { ChalkInstance } from 'chalk';
import { createContext, useContext } from 'react';

import type { Line, Tone } from '../present/line.ts';

/** How each tone looks. Without colour all of them are the bare text. */
export interface Palette {
  readonly tones: Readonly<Record<Tone, (text: string) => string>>;
  /** The row under the cursor, whatever its tones. */
  selected(text: string): string;
}

/** The palette of a terminal: the sixteen colours only, so that the person's own theme decides. */
export function makePalette(style: ChalkInstance): Palette {
  return {
    tones: {
      plain: (text) => text,
      dim: style.dim,
      strong: style.bold,
      heading: style.bold,
      accent: style.cyan,
      good: style.green,
      warn: style.yellow,
      bad: style.red,
    },
    selected: style.inverse,
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
};

/** The palette in use, for the widgets. */
export const PaletteContext = createContext<Palette>(UNPAINTED);

/** The palette in use. */
export function usePalette(): Palette {
  return useContext(PaletteContext);
}

/** A line as the terminal takes it. */
export function paint(line: Line, palette: Palette): string {
  return line.map(({ text, tone }) => palette.tones[tone](text)).join('');
}

/** The row under the cursor: one look for all of it. */
export function paintSelected(line: Line, palette: Palette): string {
  return palette.selected(line.map(({ text }) => text).join(''));
}

function same(text: string): string {
  return text;
}
