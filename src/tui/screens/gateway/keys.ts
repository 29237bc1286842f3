import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { type ScrollAction, scrollKeys } from '../../scrolling.ts';
import { furthestGateway, type GatewayScreen } from './state.ts';

/** The keys of the screen about gw itself. */
export const GATEWAY_KEYS: readonly KeyBinding<Seen<GatewayScreen>, ScrollAction>[] =
  scrollKeys(furthestGateway);
