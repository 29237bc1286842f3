import type { Seen, Turn } from '../../behaviour.ts';
import { gatewayLines } from '../../present/gateway.ts';
import type { Line } from '../../present/line.ts';
import { type ScrollAction, scrolledTo } from '../../scrolling.ts';
import { bodyRows } from '../../size.ts';

/** gw itself: where it listens, how full it is, what it keeps and tells, what is to be done. */
export interface GatewayScreen {
  readonly is: 'gateway';
  /** How many lines are off the top. */
  readonly scroll: number;
}

/** The gateway as it opens. */
export const GATEWAY: GatewayScreen = { is: 'gateway', scroll: 0 };

/** What a key's action does to the gateway. */
export function actOnGateway(seen: Seen<GatewayScreen>, action: ScrollAction): Turn<GatewayScreen> {
  const place = { at: seen.screen.scroll, furthest: furthestGateway(seen), page: bodyRows(seen.world.size) };
  return { is: 'stay', screen: { ...seen.screen, scroll: scrolledTo(place, action) } };
}

/** Keeps the scroll within the lines when there are fewer, or more room. */
export function settleGateway(seen: Seen<GatewayScreen>): GatewayScreen {
  const scroll = Math.min(seen.screen.scroll, furthestGateway(seen));
  return scroll === seen.screen.scroll ? seen.screen : { ...seen.screen, scroll };
}

/** Everything there is to say, from the top. */
export function allGatewayLines({ world }: Seen<GatewayScreen>): readonly Line[] {
  return gatewayLines(world.facts, world.now, world.size.columns - 4);
}

/** How far it can be scrolled; 0 when all of it is on the screen. */
export function furthestGateway(seen: Seen<GatewayScreen>): number {
  return Math.max(0, allGatewayLines(seen).length - bodyRows(seen.world.size));
}
