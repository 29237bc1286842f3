import type { Trail } from '../../../core/trail.ts';
import type { Seen, Turn } from '../../behaviour.ts';
import { findTrail } from '../../feed/facts.ts';
import { requestLines } from '../../present/request.ts';
import { bodyRows } from '../../size.ts';

/** One exchange, in full. */
export interface RequestScreen {
  readonly is: 'request';
  /** As last seen, so that it stays when the daemon goes or forgets it. */
  readonly trail: Trail;
  /** Lines scrolled off the top. */
  readonly scroll: number;
}

export type RequestAction =
  | 'scroll-up'
  | 'scroll-down'
  | 'page-up'
  | 'page-down'
  | 'first-line'
  | 'last-line'
  | 'back';

/** The title takes the first line of the body. */
const TITLE_ROWS = 1;

/** The screen of one exchange, from its top. */
export function requestScreen(trail: Trail): RequestScreen {
  return { is: 'request', trail, scroll: 0 };
}

/** What a key's action does to the request screen. */
export function actOnRequest(seen: Seen<RequestScreen>, action: RequestAction): Turn<RequestScreen> {
  const page = requestRows(seen);
  switch (action) {
    case 'scroll-up':
      return scroll(seen, -1);
    case 'scroll-down':
      return scroll(seen, 1);
    case 'page-up':
      return scroll(seen, -page);
    case 'page-down':
      return scroll(seen, page);
    case 'first-line':
      return scroll(seen, -Infinity);
    case 'last-line':
      return scroll(seen, Infinity);
    case 'back':
      return { is: 'back' };
  }
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

function scroll(seen: Seen<RequestScreen>, step: number): Turn<RequestScreen> {
  const { screen } = seen;
  const to = Math.max(0, Math.min(furthest(seen), screen.scroll + step));
  return { is: 'stay', screen: { ...screen, scroll: to } };
}
