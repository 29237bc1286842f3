import { behaviour, type Behaviour, type Seen, type Turn, type World } from './behaviour.ts';
import type { KeyName, ShownKey } from './key.ts';
import { HELP_KEYS } from './screens/help/keys.ts';
import { actOnHelp, type HelpScreen, settleHelp } from './screens/help/state.ts';
import { OVERVIEW_KEYS } from './screens/overview/keys.ts';
import { actOnOverview, type OverviewScreen, settleOverview } from './screens/overview/state.ts';
import { REQUEST_KEYS } from './screens/request/keys.ts';
import { actOnRequest, type RequestScreen, settleRequest } from './screens/request/state.ts';

interface Screens {
  readonly overview: OverviewScreen;
  readonly request: RequestScreen;
  readonly help: HelpScreen;
}

export type ScreenName = keyof Screens;

/** The one thing that is on the terminal. */
export type Screen = Screens[ScreenName];

interface ScreenRow<S> {
  /** Stands over its keys on the help screen. */
  readonly title: string;
  readonly behaviour: Behaviour<S>;
}

/** Every screen but for its drawing. A new screen is its folder, a line here and a line in `app.tsx`. */
export const SCREENS: { readonly [Name in ScreenName]: ScreenRow<Screens[Name]> } = {
  overview: { title: 'OVERVIEW', behaviour: behaviour(OVERVIEW_KEYS, actOnOverview, settleOverview) },
  request: { title: 'REQUEST', behaviour: behaviour(REQUEST_KEYS, actOnRequest, settleRequest) },
  help: { title: 'HELP', behaviour: behaviour(HELP_KEYS, actOnHelp, settleHelp) },
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
