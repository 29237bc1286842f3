// Unicode 16, East_Asian_Width W and F outside of emoji (which the regular expression below knows by themselves).
// Read from pairs: first, last.
const WIDE = [
  0x1100, 0x115f, 0x2329, 0x232a, 0x2630, 0x2637, 0x268a, 0x268f, 0x2e80, 0x303e, 0x3041, 0x3247, 0x3250,
  0x4dff, 0x4e00, 0xa4cf, 0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6b,
  0xff01, 0xff60, 0xffe0, 0xffe6, 0x16fe0, 0x18df2, 0x1aff0, 0x1b2fb, 0x1d300, 0x1d376, 0x1f200, 0x1f265,
  0x20000, 0x3fffd,
] as const;
const EMOJI = /^\p{Emoji_Presentation}$/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]$/u;
const PLAIN = /^[\u0020-\u007E]*$/;

/** How many columns of a terminal the text takes: 2 for wide characters and emoji, 0 for marks, else 1 each. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The longest beginning of the text that takes at most `columns` columns. */
export function takeColumns(text: string, columns: number): string {
  if (PLAIN.test(text)) return text.slice(0, Math.max(0, columns));
  let taken = '';
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns) break;
    taken += character;
  }
  return taken;
}

function characterWidth(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return point < 0x20 || (point >= 0x7f && point < 0xa0) || point === 0xad ? 0 : 1;
  if (INVISIBLE.test(character)) return 0;
  return isWide(point) || EMOJI.test(character) ? 2 : 1;
}

function isWide(point: number): boolean {
  for (let pair = 0; pair < WIDE.length; pair += 2) {
    if (point < (WIDE[pair] ?? 0)) return false;
    if (point <= (WIDE[pair + 1] ?? 0)) return true;
  }
  return false;
}
