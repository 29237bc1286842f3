import { keysOf } from '../lib/expect.ts';
import type { World } from './behaviour.ts';
import { type KeyBinding, type ShownKey, showKeys } from './key.ts';
import type { KeySection } from './present/help.ts';
import { LINE_KEYS, type Prompt, QUESTION_KEYS } from './prompt.ts';
import { type RoomName, ROOMS, type Screen, screenKeys, SCREENS } from './screens.ts';

type GlobalAction = RoomName | 'help' | 'quit';

const ROOM_KEYS: readonly KeyBinding<unknown, RoomName>[] = keysOf(ROOMS).map((name, index) => ({
  keys: [String(index + 1)],
  shown: String(index + 1),
  label: index === 0 ? 'screens' : ROOMS[name].title.toLowerCase(),
  help: `go to the screen ${ROOMS[name].title}`,
  action: name,
  ...(index === 0 ? { footer: `1-${keysOf(ROOMS).length}` } : {}),
}));

/** Keys that every screen has, after its own. */
export const GLOBAL_KEYS: readonly KeyBinding<unknown, GlobalAction>[] = [
  ...ROOM_KEYS,
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

/** What the keys of a screen depend on. */
interface Stack extends World {
  readonly screen: Screen;
  readonly below: readonly Screen[];
  readonly prompt: Prompt | undefined;
}

/** The keys that work now: of the screen or the prompt, and of every screen. */
export interface ActiveKeys {
  readonly own: readonly ShownKey[];
  readonly shared: readonly ShownKey[];
}

/** The keys of the prompt while there is one; else those of the screen on top, and those of every screen. */
export function activeKeys(state: Stack): ActiveKeys {
  if (state.prompt?.is === 'line') return { own: showKeys(LINE_KEYS, state), shared: [] };
  if (state.prompt?.is === 'question') return { own: showKeys(QUESTION_KEYS, state), shared: [] };
  return {
    own: screenKeys(state.screen.is, state.screen, state),
    shared: showKeys(GLOBAL_KEYS, state),
  };
}

/** Every key for the help screen; those of the screen one is on come first. */
export function helpSections(state: Stack): readonly KeySection[] {
  const screens = [state.screen, ...state.below];
  return [
    ...screens.map((screen) => ({
      title: SCREENS[screen.is].title,
      keys: screenKeys(screen.is, screen, state),
    })),
    { title: 'EVERYWHERE', keys: showKeys(GLOBAL_KEYS, state) },
    { title: 'WHILE TYPING A LINE', keys: showKeys(LINE_KEYS, state) },
  ];
}
