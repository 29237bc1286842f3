import type { Seen, Text, Turn, World } from '../../behaviour.ts';
import { foreign, wrapText } from '../../present/line.ts';
import { type ScrollAction, scrolledTo } from '../../scrolling.ts';
import { bodyRows } from '../../size.ts';

/** Lines to be read: a command to copy, what a test found, a record of the log. */
export interface TextScreen extends Text {
  readonly is: 'text';
  readonly scroll: number;
}

export type TextAction = ScrollAction | 'back' | 'copy';

/** The title and a blank line stand above. */
const HEAD_ROWS = 2;

/** The screen of some lines, from its top. */
export function textScreen({ title, lines }: Text): TextScreen {
  return { is: 'text', title, lines, scroll: 0 };
}

/** What a key's action does to the text. */
export function actOnText(seen: Seen<TextScreen>, action: TextAction): Turn<TextScreen> {
  const { screen } = seen;
  if (action === 'back') return { is: 'back' };
  if (action === 'copy') {
    const text = screen.lines.join('\n');
    return { is: 'do', screen, deed: { is: 'copy', text, what: 'the text' } };
  }
  const scroll = scrolledTo(
    { at: screen.scroll, furthest: furthestText(seen), page: textRows(seen.world) },
    action,
  );
  return { is: 'stay', screen: { ...screen, scroll } };
}

/** Keeps the scroll within the text when the terminal grows. */
export function settleText(seen: Seen<TextScreen>): TextScreen {
  const scroll = Math.min(seen.screen.scroll, furthestText(seen));
  return scroll === seen.screen.scroll ? seen.screen : { ...seen.screen, scroll };
}

/** The lines as they fit; blanks at their beginning stay, as they mean something in a command. */
export function wrapped({ screen, world }: Seen<TextScreen>): readonly string[] {
  return screen.lines.flatMap((line) => {
    const safe = foreign(line);
    const indent = /^ */.exec(safe)?.[0] ?? '';
    const width = Math.max(10, world.size.columns - 4 - indent.length);
    const pieces = wrapText(safe.slice(indent.length), width);
    return pieces.length === 0 ? [''] : pieces.map((piece) => indent + piece);
  });
}

/** How far it can be scrolled; 0 when all of it is on the screen. */
export function furthestText(seen: Seen<TextScreen>): number {
  return Math.max(0, wrapped(seen).length - textRows(seen.world));
}

/** Rows for the text below its title. */
export function textRows({ size }: World): number {
  return Math.max(1, bodyRows(size) - HEAD_ROWS);
}
