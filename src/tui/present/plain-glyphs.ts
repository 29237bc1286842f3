import { displayWidth } from '../../lib/display-width.ts';

/** What stands for our own symbols where a terminal has only ASCII: one character each, so that nothing moves. */
const GLYPHS: Readonly<Record<string, string>> = {
  '►': '>',
  '›': '>',
  '●': '*',
  '○': 'o',
  '◐': '%',
  '‖': '=',
  '✗': 'x',
  '✓': '+',
  '↷': '~',
  '▲': '^',
  '…': '.',
  '·': '.',
  '–': '-',
  '─': '-',
  '→': '>',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '×': 'x',
  '░': '.',
  '▒': ':',
  '▓': '%',
  '┃': '|',
  '█': '#',
  '▁': '_',
  '▂': '_',
  '▃': '.',
  '▄': '-',
  '▅': '=',
  '▆': '+',
  '▇': '*',
  µ: 'u',
};

const PLAIN = /^[\u0020-\u007E]*$/;

/** The text in ASCII, exactly as wide as before; what has no stand-in becomes question marks. */
export function plainGlyphs(text: string): string {
  if (PLAIN.test(text)) return text;
  let plain = '';
  for (const character of text) {
    plain += PLAIN.test(character) ? character : (GLYPHS[character] ?? '?'.repeat(displayWidth(character)));
  }
  return plain;
}
