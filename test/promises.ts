import { ATTACKS } from './promises/attacks.ts';
import { CALLERS } from './promises/callers.ts';
import { CLIENTS } from './promises/clients.ts';
import { HEALTH } from './promises/health.ts';
import { MACHINE } from './promises/machine.ts';
import { ORDER_AND_SPENDING } from './promises/order-and-spending.ts';
import { OWN_NETWORK } from './promises/own-network.ts';
import { SHARED_ANSWERS } from './promises/shared-answers.ts';
import { SIGHT } from './promises/sight.ts';
import { UPSTREAM } from './promises/upstream.ts';
import { WHOLE_ANSWERS } from './promises/whole-answers.ts';

/** What gw promises, by theme; a new promise is a row in one of them. */
export const THEMES = [
  UPSTREAM,
  HEALTH,
  WHOLE_ANSWERS,
  OWN_NETWORK,
  CALLERS,
  MACHINE,
  ATTACKS,
  SHARED_ANSWERS,
  ORDER_AND_SPENDING,
  SIGHT,
  CLIENTS,
] as const;

/** All of it, by id. */
export const PROMISES = {
  ...UPSTREAM,
  ...HEALTH,
  ...WHOLE_ANSWERS,
  ...OWN_NETWORK,
  ...CALLERS,
  ...MACHINE,
  ...ATTACKS,
  ...SHARED_ANSWERS,
  ...ORDER_AND_SPENDING,
  ...SIGHT,
  ...CLIENTS,
} as const;

export type PromiseId = keyof typeof PROMISES;

/** Known gaps, with the reason. A test that cites one of these fails the build until the line is gone. */
export const UNCOVERED: Readonly<Partial<Record<PromiseId, string>>> = {};
