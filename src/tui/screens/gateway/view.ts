import type { Seen } from '../../behaviour.ts';
import { indented, type Line } from '../../present/line.ts';
import { allGatewayLines, type GatewayScreen } from './state.ts';

/** gw itself, in words. */
export function gatewayScreenLines(seen: Seen<GatewayScreen>): readonly Line[] {
  return indented(allGatewayLines(seen).slice(seen.screen.scroll));
}
