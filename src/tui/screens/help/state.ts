import type { Seen, Turn } from '../../behaviour.ts';
import { helpLines, type KeySection } from '../../present/help.ts';
import { type ScrollAction, scrolledTo } from '../../scrolling.ts';
import { bodyRows } from '../../size.ts';

/** The keys and symbols, as they stood when help was opened. */
export interface HelpScreen {
  readonly is: 'help';
  readonly sections: readonly KeySection[];
  readonly scroll: number;
}

export type HelpAction = ScrollAction | 'back';

/** The help screen, from its top. */
export function helpScreen(sections: readonly KeySection[]): HelpScreen {
  return { is: 'help', sections, scroll: 0 };
}

/** What a key's action does to the help screen. */
export function actOnHelp(seen: Seen<HelpScreen>, action: HelpAction): Turn<HelpScreen> {
  if (action === 'back') return { is: 'back' };
  const { screen } = seen;
  const scroll = scrolledTo(
    { at: screen.scroll, furthest: furthestHelp(seen), page: bodyRows(seen.world.size) },
    action,
  );
  return { is: 'stay', screen: { ...screen, scroll } };
}

/** Keeps the scroll within the text when the terminal grows. */
export function settleHelp(seen: Seen<HelpScreen>): HelpScreen {
  const scroll = Math.min(seen.screen.scroll, furthestHelp(seen));
  return scroll === seen.screen.scroll ? seen.screen : { ...seen.screen, scroll };
}

/** How far it can be scrolled; 0 when all of it is on the screen. */
export function furthestHelp({ screen, world }: Seen<HelpScreen>): number {
  return Math.max(0, helpLines(screen.sections, world.size.columns - 4).length - bodyRows(world.size));
}
