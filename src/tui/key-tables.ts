import type { KeyName } from './key.ts';
import { LINE_KEYS, QUESTION_KEYS } from './prompt.ts';
import type { ScreenName } from './screens.ts';
import { CHAOS_KEYS } from './screens/chaos/keys.ts';
import { COST_KEYS } from './screens/cost/keys.ts';
import { FAILOVERS_KEYS } from './screens/failovers/keys.ts';
import { GATEWAY_KEYS } from './screens/gateway/keys.ts';
import { HELP_KEYS } from './screens/help/keys.ts';
import { LOGS_KEYS } from './screens/logs/keys.ts';
import { OVERVIEW_KEYS } from './screens/overview/keys.ts';
import { PROVIDERS_KEYS } from './screens/providers/keys.ts';
import { REQUEST_KEYS } from './screens/request/keys.ts';
import { REQUESTS_KEYS } from './screens/requests/keys.ts';
import { TEXT_KEYS } from './screens/text/keys.ts';
import { GLOBAL_KEYS } from './shared-keys.ts';

/** A key as documentation and tests see it. */
export interface ListedKey {
  readonly keys: readonly KeyName[];
  readonly shown: string;
  readonly label: string;
  readonly help: string;
}

/** The keys of every screen. */
export const SCREEN_KEYS: Readonly<Record<ScreenName, readonly ListedKey[]>> = {
  overview: OVERVIEW_KEYS,
  requests: REQUESTS_KEYS,
  providers: PROVIDERS_KEYS,
  failovers: FAILOVERS_KEYS,
  cost: COST_KEYS,
  logs: LOGS_KEYS,
  gateway: GATEWAY_KEYS,
  request: REQUEST_KEYS,
  chaos: CHAOS_KEYS,
  text: TEXT_KEYS,
  help: HELP_KEYS,
};

/** The keys that belong to no screen alone. */
export const OTHER_KEYS: Readonly<Record<'everywhere' | 'typing' | 'asked', readonly ListedKey[]>> = {
  everywhere: GLOBAL_KEYS,
  typing: LINE_KEYS,
  asked: QUESTION_KEYS,
};
