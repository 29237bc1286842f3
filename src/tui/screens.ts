import { behaviour, type Behaviour, type Seen, type Turn, type World } from './behaviour.ts';
import type { KeyName, ShownKey } from './key.ts';
import { CHAOS_KEYS } from './screens/chaos/keys.ts';
import { actOnChaos, type ChaosScreen, typedIntoChaos } from './screens/chaos/state.ts';
import { COST_KEYS } from './screens/cost/keys.ts';
import { actOnCost, COST, type CostScreen } from './screens/cost/state.ts';
import { FAILOVERS_KEYS } from './screens/failovers/keys.ts';
import {
  actOnFailovers,
  FAILOVERS,
  type FailoversScreen,
  settleFailovers,
} from './screens/failovers/state.ts';
import { GATEWAY_KEYS } from './screens/gateway/keys.ts';
import { actOnGateway, GATEWAY, type GatewayScreen, settleGateway } from './screens/gateway/state.ts';
import { HELP_KEYS } from './screens/help/keys.ts';
import { actOnHelp, type HelpScreen, settleHelp } from './screens/help/state.ts';
import { LOGS_KEYS } from './screens/logs/keys.ts';
import { actOnLogs, LOGS, type LogsScreen, settleLogs, typedIntoLogs } from './screens/logs/state.ts';
import { OVERVIEW_KEYS } from './screens/overview/keys.ts';
import { actOnOverview, OVERVIEW, type OverviewScreen, settleOverview } from './screens/overview/state.ts';
import { PROVIDERS_KEYS } from './screens/providers/keys.ts';
import {
  actOnProviders,
  PROVIDERS,
  type ProvidersScreen,
  settleProviders,
} from './screens/providers/state.ts';
import { REQUEST_KEYS } from './screens/request/keys.ts';
import { actOnRequest, type RequestScreen, settleRequest } from './screens/request/state.ts';
import { REQUESTS_KEYS } from './screens/requests/keys.ts';
import {
  actOnRequests,
  REQUESTS,
  type RequestsScreen,
  settleRequests,
  typedIntoRequests,
} from './screens/requests/state.ts';
import { TEXT_KEYS } from './screens/text/keys.ts';
import { actOnText, settleText, type TextScreen } from './screens/text/state.ts';

interface Screens {
  readonly overview: OverviewScreen;
  readonly requests: RequestsScreen;
  readonly providers: ProvidersScreen;
  readonly failovers: FailoversScreen;
  readonly cost: CostScreen;
  readonly logs: LogsScreen;
  readonly gateway: GatewayScreen;
  readonly request: RequestScreen;
  readonly chaos: ChaosScreen;
  readonly text: TextScreen;
  readonly help: HelpScreen;
}

export type ScreenName = keyof Screens;

/** The one thing that is on the terminal. */
export type Screen = Screens[ScreenName];

/** The screens that have a number of their own, as they open. */
export const ROOMS = {
  overview: { title: 'Overview', opens: OVERVIEW },
  requests: { title: 'Requests', opens: REQUESTS },
  providers: { title: 'Providers', opens: PROVIDERS },
  failovers: { title: 'Failovers', opens: FAILOVERS },
  cost: { title: 'Cost', opens: COST },
  logs: { title: 'Logs', opens: LOGS },
  gateway: { title: 'Gateway', opens: GATEWAY },
} as const satisfies Partial<Record<ScreenName, { title: string; opens: Screen }>>;

export type RoomName = keyof typeof ROOMS;

interface ScreenRow<S> {
  /** Stands over its keys on the help screen. */
  readonly title: string;
  readonly behaviour: Behaviour<S>;
}

/** Every screen but for its drawing. A new screen is its folder, and a line here, in `key-tables.ts` and in `view.ts`. */
export const SCREENS: { readonly [Name in ScreenName]: ScreenRow<Screens[Name]> } = {
  overview: {
    title: 'OVERVIEW',
    behaviour: behaviour({ keys: OVERVIEW_KEYS, act: actOnOverview, settle: settleOverview }),
  },
  requests: {
    title: 'REQUESTS',
    behaviour: behaviour({
      keys: REQUESTS_KEYS,
      act: actOnRequests,
      settle: settleRequests,
      typed: typedIntoRequests,
    }),
  },
  providers: {
    title: 'PROVIDERS',
    behaviour: behaviour({ keys: PROVIDERS_KEYS, act: actOnProviders, settle: settleProviders }),
  },
  failovers: {
    title: 'FAILOVERS',
    behaviour: behaviour({ keys: FAILOVERS_KEYS, act: actOnFailovers, settle: settleFailovers }),
  },
  cost: { title: 'COST', behaviour: behaviour({ keys: COST_KEYS, act: actOnCost }) },
  logs: {
    title: 'LOGS',
    behaviour: behaviour({ keys: LOGS_KEYS, act: actOnLogs, settle: settleLogs, typed: typedIntoLogs }),
  },
  gateway: {
    title: 'GATEWAY',
    behaviour: behaviour({ keys: GATEWAY_KEYS, act: actOnGateway, settle: settleGateway }),
  },
  request: {
    title: 'REQUEST',
    behaviour: behaviour({ keys: REQUEST_KEYS, act: actOnRequest, settle: settleRequest }),
  },
  chaos: {
    title: 'CHAOS',
    behaviour: behaviour({ keys: CHAOS_KEYS, act: actOnChaos, typed: typedIntoChaos }),
  },
  text: { title: 'TEXT', behaviour: behaviour({ keys: TEXT_KEYS, act: actOnText, settle: settleText }) },
  help: { title: 'HELP', behaviour: behaviour({ keys: HELP_KEYS, act: actOnHelp, settle: settleHelp }) },
};

/** A screen's keys as they stand now. */
export function screenKeys<Name extends ScreenName>(
  name: Name,
  screen: Screens[Name],
  world: World,
): readonly ShownKey[] {
  return SCREENS[name].behaviour.shownKeys({ screen, world });
}

/** What a key does on a screen; undefined when it means nothing there. */
export function pressKey<Name extends ScreenName>(
  name: Name,
  seen: Seen<Screens[Name]>,
  key: KeyName,
): Turn<Screens[Name]> | undefined {
  return SCREENS[name].behaviour.press(seen, key);
}

/** The screen after the world changed around it. */
export function settle<Name extends ScreenName>(name: Name, seen: Seen<Screens[Name]>): Screens[Name] {
  return SCREENS[name].behaviour.settle(seen);
}

/** The screen after so much was typed into its line. */
export function typeInto<Name extends ScreenName>(
  name: Name,
  seen: Seen<Screens[Name]>,
  text: string,
): Screens[Name] {
  return SCREENS[name].behaviour.typed(seen, text);
}
