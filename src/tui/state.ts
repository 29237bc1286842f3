import type { Seen, Turn, World } from './behaviour.ts';
import { absorb, type Facts, type FeedEvent, noFacts } from './feed/facts.ts';
import { findKey, type KeyBinding, type KeyName, type ShownKey, showKeys } from './key.ts';
import type { KeySection } from './present/help.ts';
import { pressKey, type Screen, screenKeys, SCREENS, settle } from './screens.ts';
import { helpScreen } from './screens/help/state.ts';
import { OVERVIEW } from './screens/overview/state.ts';
import { requestScreen } from './screens/request/state.ts';
import type { Size } from './size.ts';

/** Everything the dashboard is, at one moment. */
export interface AppState extends World {
  readonly facts: Facts;
  readonly screen: Screen;
  /** What `back` returns to, nearest last. */
  readonly below: readonly Screen[];
  /** Why the last key did nothing, until the next one. */
  readonly notice: string | undefined;
  /** The person asked to leave. */
  readonly ended: boolean;
}

/** Everything that can happen to the dashboard. */
export type AppEvent =
  | FeedEvent
  | { readonly type: 'key-pressed'; readonly key: KeyName }
  | { readonly type: 'clock-ticked'; readonly now: number }
  | { readonly type: 'terminal-resized'; readonly size: Size };

type GlobalAction = 'help' | 'quit';

/** Keys that every screen has, after its own. */
export const GLOBAL_KEYS: readonly KeyBinding<AppState, GlobalAction>[] = [
  { keys: ['?'], shown: '?', label: 'help', help: 'show all keys and symbols', action: 'help', footer: '?' },
  {
    keys: ['q', 'ctrl+c'],
    shown: 'q',
    label: 'quit',
    help: 'leave; the daemon keeps running (ctrl+c too)',
    action: 'quit',
    footer: 'q',
  },
];

/** The dashboard as it opens. */
export function initialState(now: number, size: Size): AppState {
  return {
    facts: noFacts(now),
    size,
    now,
    screen: OVERVIEW,
    below: [],
    notice: undefined,
    ended: false,
  };
}

/** The dashboard after one event. */
export function reduce(state: AppState, event: AppEvent): AppState {
  switch (event.type) {
    case 'key-pressed':
      return press({ ...state, notice: undefined }, event.key);
    case 'clock-ticked':
      return { ...state, now: event.now };
    case 'terminal-resized':
      return settled({ ...state, size: event.size });
    case 'snapshot-received':
    case 'delta-received':
    case 'daemon-gone':
      return settled({ ...state, now: event.at, facts: absorb(state.facts, event) });
  }
}

/** The keys of the screen on top, then those of every screen. */
export function activeKeys(state: AppState): readonly ShownKey[] {
  return [...screenKeys(state.screen.is, state.screen, state), ...showKeys(GLOBAL_KEYS, state)];
}

function press(state: AppState, key: KeyName): AppState {
  const turn = pressKey(state.screen.is, { screen: state.screen, world: state }, key);
  if (turn !== undefined) return take(state, turn);
  switch (findKey(GLOBAL_KEYS, key)?.action) {
    case 'help':
      return open(state, helpScreen(helpSections(state)));
    case 'quit':
      return { ...state, ended: true };
    case undefined:
      return state;
  }
}

function take(state: AppState, turn: Turn<Screen>): AppState {
  switch (turn.is) {
    case 'stay':
      return { ...state, screen: turn.screen };
    case 'open-request':
      return open(state, requestScreen(turn.trail));
    case 'back':
      return back(state);
    case 'refused':
      return { ...state, notice: turn.reason };
  }
}

function open(state: AppState, screen: Screen): AppState {
  return { ...state, screen, below: [...state.below, state.screen] };
}

function back(state: AppState): AppState {
  const under = state.below.at(-1);
  return under === undefined ? state : settled({ ...state, screen: under, below: state.below.slice(0, -1) });
}

function settled(state: AppState): AppState {
  const seen: Seen<Screen> = { screen: state.screen, world: state };
  const below = state.below.map((screen) => settle(screen.is, { screen, world: state }));
  return { ...state, screen: settle(state.screen.is, seen), below };
}

/** The keys of the screen one is on come first. */
function helpSections(state: AppState): readonly KeySection[] {
  const screens = [state.screen, ...state.below];
  return [
    ...screens.map((screen) => ({
      title: SCREENS[screen.is].title,
      keys: screenKeys(screen.is, screen, state),
    })),
    { title: 'EVERYWHERE', keys: showKeys(GLOBAL_KEYS, state) },
  ];
}
