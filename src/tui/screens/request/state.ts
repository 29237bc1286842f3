import type { Trail } from '../../../core/trail.ts';
import type { Seen, Turn } from '../../behaviour.ts';
import { findTrail } from '../../feed/facts.ts';
import { requestLines } from '../../present/request.ts';
import { type ScrollAction, scrolledTo } from '../../scrolling.ts';
import { bodyRows } from '../../size.ts';

/** One exchange, in full. */
export interface RequestScreen {
  readonly is: 'request';
  /** As last seen, so that it stays when the daemon goes or forgets it. */
  readonly trail: Trail;
  /** Lines scrolled off the top. */
  readonly scroll: number;
}

export type RequestAction = ScrollAction | 'back';

/** The title takes the first line of the body. */
const TITLE_ROWS = 1;

/** The screen of one exchange, from its top. */
export function requestScreen(trail: Trail): RequestScreen {
  return { is: 'request', trail, scroll: 0 };
}

/** What a key's action does to the request screen. */
export function actOnRequest(seen: Seen<RequestScreen>, action: RequestAction): Turn<RequestScreen> {
  if (action === 'back') return { is: 'back' };
  const { screen } = seen;
  const scroll = scrolledTo({ at: screen.scroll, furthest: furthest(seen), page: requestRows(seen) }, action);
  return { is: 'stay', screen: { ...screen, scroll } };
}

/** Takes what is newly known of the exchange, and keeps the scroll within its text. */
export function settleRequest(seen: Seen<RequestScreen>): RequestScreen {
  const { screen, world } = seen;
  const trail = findTrail(world.facts, screen.trail.id) ?? screen.trail;
  const scroll = Math.min(screen.scroll, furthest(seen));
  return trail === screen.trail && scroll === screen.scroll ? screen : { ...screen, trail, scroll };
}

/** How far it can be scrolled; 0 when all of it is on the screen. */
export function furthest({ screen, world }: Seen<RequestScreen>): number {
  const lines = requestLines(screen.trail, world.size.columns - 4, world.now).length;
  return Math.max(0, lines - requestRows({ screen, world }));
}

/** Rows for the text below the title. */
export function requestRows({ world }: Seen<RequestScreen>): number {
  return Math.max(1, bodyRows(world.size) - TITLE_ROWS);
}
