import { targetName } from '../../../core/target.ts';
import type { Trail } from '../../../core/trail.ts';
import type { Seen, Turn, World } from '../../behaviour.ts';
import type { SeenCapture } from '../../deed.ts';
import { findTrail } from '../../feed/facts.ts';
import { bodyTab, headerTab } from '../../present/capture-tabs.ts';
import type { Line } from '../../present/line.ts';
import { attemptTab, rawTab } from '../../present/request-tabs.ts';
import { requestLines } from '../../present/request.ts';
import { isScrollAction, type ScrollAction, scrolledTo } from '../../scrolling.ts';
import { bodyRows } from '../../size.ts';

/** What there is to read about one exchange, in the order `tab` goes through. */
export const TABS = ['story', 'attempts', 'headers', 'body', 'raw'] as const;
export type Tab = (typeof TABS)[number];

/** One exchange, in full. */
export interface RequestScreen {
  readonly is: 'request';
  /** As last seen, so that it stays when the daemon goes or forgets it. */
  readonly trail: Trail;
  readonly tab: Tab;
  /** Ids of the list it was opened from, for next and previous. */
  readonly among: readonly string[];
  /** Lines scrolled off the top. */
  readonly scroll: number;
  /** Which of the other targets is next to be asked the same. */
  readonly elsewhere: number;
  /** Headers or bodies as lines: laid out once, as a long body takes longer than a frame may. */
  readonly layout: Layout | undefined;
}

interface Layout {
  readonly capture: SeenCapture | undefined;
  readonly tab: Tab;
  readonly columns: number;
  readonly lines: readonly Line[];
}

export type RequestAction =
  | ScrollAction
  | 'back'
  | 'next-tab'
  | 'next'
  | 'previous'
  | 'copy-curl'
  | 'copy-id'
  | 'export'
  | 'replay'
  | 'replay-elsewhere';

/** The title takes the first line of the body. */
const TITLE_ROWS = 1;

/** The screen of one exchange, from its top. */
export function requestScreen(trail: Trail, among: readonly string[]): RequestScreen {
  return { is: 'request', trail, tab: 'story', among, scroll: 0, elsewhere: 0, layout: undefined };
}

/** What a key's action does to the request screen. */
export function actOnRequest(seen: Seen<RequestScreen>, action: RequestAction): Turn<RequestScreen> {
  const { screen, world } = seen;
  const { trail } = screen;
  if (isScrollAction(action)) {
    const place = { at: screen.scroll, furthest: furthest(seen), page: requestRows(seen) };
    return { is: 'stay', screen: { ...screen, scroll: scrolledTo(place, action) } };
  }
  switch (action) {
    case 'back':
      return { is: 'back' };
    case 'next-tab': {
      const tab = TABS[(TABS.indexOf(screen.tab) + 1) % TABS.length] ?? screen.tab;
      return looked(seen, { ...screen, tab, scroll: 0 });
    }
    case 'next':
    case 'previous': {
      const other = neighbour(seen, action === 'next' ? 1 : -1) ?? trail;
      return looked(seen, { ...screen, trail: other, scroll: 0, elsewhere: 0 });
    }
    case 'copy-curl': {
      const address = world.facts.status?.address ?? 'http://127.0.0.1:4499';
      return { is: 'do', screen, deed: { is: 'write-curl', trail, address } };
    }
    case 'copy-id':
      return { is: 'do', screen, deed: { is: 'copy', text: trail.id, what: trail.id } };
    case 'export': {
      const text = `${JSON.stringify(trail, null, 2)}\n`;
      return { is: 'do', screen, deed: { is: 'save', name: `gw-${trail.id}.json`, text } };
    }
    case 'replay':
      return { is: 'do', screen, deed: { is: 'price-replay', trail } };
    case 'replay-elsewhere': {
      const others = otherTargets(seen);
      const on = others[screen.elsewhere % others.length];
      if (on === undefined) return { is: 'stay', screen };
      const next = { ...screen, elsewhere: screen.elsewhere + 1 };
      return { is: 'do', screen: next, deed: { is: 'price-replay', trail, on } };
    }
  }
}

/** The screen, and what must be read for it. */
function looked({ world }: Seen<RequestScreen>, moved: RequestScreen): Turn<RequestScreen> {
  const screen = laidOut({ screen: moved, world });
  const { tab, trail } = screen;
  const isRead = world.capture?.id === trail.id && world.capture.is === 'found';
  if ((tab !== 'headers' && tab !== 'body') || isRead) return { is: 'stay', screen };
  return { is: 'do', screen, deed: { is: 'read-capture', trail } };
}

/** Targets that could be asked the same: of its plan first, then whatever else gw knows. */
export function otherTargets({ screen, world }: Seen<RequestScreen>): readonly string[] {
  const { plan, served, attempts } = screen.trail;
  const known = world.facts.status?.providers.flatMap(({ targets }) => targets) ?? [];
  const able = plan.filter(({ unable }) => unable !== true);
  const names = new Set([...able, ...known].map(({ target }) => targetName(target)));
  const asked = served ?? attempts.at(-1)?.target;
  if (asked !== undefined) names.delete(targetName(asked));
  return [...names];
}

/** Takes what is newly known of the exchange, and keeps the scroll within its text. */
export function settleRequest(seen: Seen<RequestScreen>): RequestScreen {
  const { world } = seen;
  const trail = findTrail(world.facts, seen.screen.trail.id) ?? seen.screen.trail;
  const screen = laidOut({
    screen: trail === seen.screen.trail ? seen.screen : { ...seen.screen, trail },
    world,
  });
  const scroll = Math.min(screen.scroll, furthest({ screen, world }));
  return scroll === screen.scroll ? screen : { ...screen, scroll };
}

/** The screen with its lines laid out anew when they are of another capture, tab or width. */
function laidOut({ screen, world }: Seen<RequestScreen>): RequestScreen {
  const { tab, layout } = screen;
  if (tab !== 'headers' && tab !== 'body')
    return layout === undefined ? screen : { ...screen, layout: undefined };
  const capture = world.capture?.id === screen.trail.id ? world.capture : undefined;
  const columns = widthOf(world);
  if (layout?.capture === capture && layout?.tab === tab && layout.columns === columns) return screen;
  const lines = (tab === 'headers' ? headerTab : bodyTab)(capture, columns);
  return { ...screen, layout: { capture, tab, columns, lines } };
}

function widthOf({ size }: World): number {
  return size.columns - 4;
}

/** The exchange so many rows below in the list it was opened from (above: negative); undefined at its ends. */
export function neighbour({ screen, world }: Seen<RequestScreen>, step: 1 | -1): Trail | undefined {
  const { among } = screen;
  let index = among.indexOf(screen.trail.id) + step;
  // One that the dashboard has forgotten meanwhile is passed over.
  for (; index >= 0 && index < among.length; index += step) {
    const found = findTrail(world.facts, among[index] ?? '');
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The lines of the tab that is open. */
export function tabLines({ screen, world }: Seen<RequestScreen>): readonly Line[] {
  const columns = widthOf(world);
  switch (screen.tab) {
    case 'story':
      return requestLines(screen.trail, columns, world.now);
    case 'attempts':
      return attemptTab(screen.trail, columns);
    case 'headers':
    case 'body':
      return screen.layout?.lines ?? [];
    case 'raw':
      return rawTab(screen.trail, columns);
  }
}

/** How far it can be scrolled; 0 when all of it is on the screen. */
export function furthest(seen: Seen<RequestScreen>): number {
  return Math.max(0, tabLines(seen).length - requestRows(seen));
}

/** Rows for the text below the title. */
export function requestRows({ world }: Seen<RequestScreen>): number {
  return Math.max(1, bodyRows(world.size) - TITLE_ROWS);
}
