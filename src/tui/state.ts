import type { Spending } from '../core/spending.ts';
import type { Seen, Turn, World } from './behaviour.ts';
import type { Deed, DeedResult } from './deed.ts';
import { absorb, type Facts, type FeedEvent, noFacts } from './feed/facts.ts';
import { findKey, type KeyName } from './key.ts';
import { type Notice } from './present/footer.ts';
import type { Scene } from './present/header.ts';
import { type Prompt, pressPrompt } from './prompt.ts';
import { pressKey, type RoomName, ROOMS, type Screen, settle, typeInto } from './screens.ts';
import { chaosScreen } from './screens/chaos/state.ts';
import { helpScreen } from './screens/help/state.ts';
import { OVERVIEW } from './screens/overview/state.ts';
import { requestScreen } from './screens/request/state.ts';
import { requestsScreen } from './screens/requests/state.ts';
import { textScreen } from './screens/text/state.ts';
import { GLOBAL_KEYS, helpSections } from './shared-keys.ts';
import type { Size } from './size.ts';

/** Everything the dashboard is, at one moment. */
export interface AppState extends World {
  readonly facts: Facts;
  readonly spending: Spending | undefined;
  readonly screen: Screen;
  /** What `back` returns to, nearest last. */
  readonly below: readonly Screen[];
  /** Screens with a number, as they were left. */
  readonly rooms: readonly Screen[];
  readonly prompt: Prompt | undefined;
  /** What the last key or deed has to say, until the next key. */
  readonly notice: Notice | undefined;
  /** To be done outside, by whoever holds the state; empty again with the next event. */
  readonly wanted: readonly Deed[];
  /** What whoever plays this world has on now; only a demo does. */
  readonly scene: Scene | undefined;
  /** The person asked to leave. */
  readonly ended: boolean;
}

/** Everything that can happen to the dashboard. */
export type AppEvent =
  | FeedEvent
  | { readonly type: 'key-pressed'; readonly key: KeyName }
  | { readonly type: 'clock-ticked'; readonly now: number }
  | { readonly type: 'terminal-resized'; readonly size: Size }
  | { readonly type: 'deed-done'; readonly result: DeedResult }
  | { readonly type: 'scene-changed'; readonly scene: Scene };

/** The dashboard as it opens. */
export function initialState(now: number, size: Size, readonly = false): AppState {
  return {
    facts: noFacts(now),
    spending: undefined,
    capture: undefined,
    size,
    now,
    readonly,
    screen: OVERVIEW,
    below: [],
    rooms: [],
    prompt: undefined,
    notice: undefined,
    wanted: [],
    scene: undefined,
    ended: false,
  };
}

/** The dashboard after one event. */
export function reduce(before: AppState, event: AppEvent): AppState {
  const state = before.wanted.length === 0 ? before : { ...before, wanted: [] };
  switch (event.type) {
    case 'key-pressed':
      return press({ ...state, notice: undefined }, event.key);
    case 'clock-ticked':
      return { ...state, now: event.now };
    case 'terminal-resized':
      return settled({ ...state, size: event.size });
    case 'deed-done':
      return learn(state, event.result);
    case 'scene-changed':
      return { ...state, scene: event.scene };
    case 'snapshot-received':
    case 'delta-received':
    case 'daemon-gone':
      return settled({ ...state, now: event.at, facts: absorb(state.facts, event) });
  }
}

function press(state: AppState, key: KeyName): AppState {
  if (state.prompt !== undefined) return answer(state, state.prompt, key);
  const turn = pressKey(state.screen.is, seenBy(state), key);
  if (turn !== undefined) return take(state, turn);
  const action = findKey(GLOBAL_KEYS, key)?.action;
  if (action === undefined) return state;
  if (action === 'help') return open(state, helpScreen(helpSections(state)));
  return action === 'quit' ? { ...state, ended: true } : enter(state, action);
}

function answer(state: AppState, prompt: Prompt, key: KeyName): AppState {
  const turn = pressPrompt(prompt, key);
  switch (turn.is) {
    case 'typing':
      return turn.prompt.is === 'line' ? type({ ...state, prompt: turn.prompt }, turn.prompt.text) : state;
    case 'entered':
      return type({ ...state, prompt: undefined }, turn.text);
    case 'agreed':
      return {
        ...settledOn(state),
        prompt: undefined,
        wanted: [turn.deed],
        notice: { text: '…', tone: 'plain' },
      };
    case 'dropped':
      return { ...state, prompt: undefined, notice: { text: 'nothing was done', tone: 'plain' } };
  }
}

/** What was put together is done with once it was agreed to. */
function settledOn(state: AppState): AppState {
  return state.screen.is === 'chaos' ? back(state) : state;
}

function type(state: AppState, text: string): AppState {
  return { ...state, screen: typeInto(state.screen.is, seenBy(state), text) };
}

function take(state: AppState, turn: Turn<Screen>): AppState {
  switch (turn.is) {
    case 'stay':
      return { ...state, screen: turn.screen };
    case 'open-request':
      return open(state, requestScreen(turn.trail, turn.among));
    case 'open-text':
      return open(state, textScreen(turn.text));
    case 'open-requests': {
      const opened = open(state, requestsScreen(state, turn.filter));
      return turn.ask === true ? ask(opened, 'filter', turn.filter) : opened;
    }
    case 'ask':
      return ask(state, turn.label, turn.text);
    case 'do':
      return { ...state, screen: turn.screen, wanted: [turn.deed] };
    case 'confirm':
      return { ...state, prompt: { is: 'question', question: turn.question, deed: turn.deed } };
    case 'open-chaos':
      return open(state, chaosScreen(turn.provider, turn.model));
    case 'back':
      return back(state);
    case 'refused':
      return { ...state, notice: { text: turn.reason, tone: 'warn' } };
  }
}

function ask(state: AppState, label: string, text: string): AppState {
  return { ...state, prompt: { is: 'line', label, text, before: text } };
}

/** Takes in what came of a deed. */
function learn(state: AppState, result: DeedResult): AppState {
  switch (result.is) {
    case 'said':
      return { ...state, notice: noticeOf(result) };
    case 'told':
      return open({ ...state, notice: noticeOf(result.note) }, textScreen(result));
    case 'spending':
      return { ...state, spending: result.spending };
    case 'capture':
      return settled({ ...state, capture: result.capture });
    case 'ready':
      return agree({ ...state, notice: undefined }, result);
  }
}

function noticeOf(note: { readonly text: string; readonly good: boolean } | undefined): Notice | undefined {
  return note && { text: note.text, tone: note.good ? 'good' : 'bad' };
}

/** A question for somebody who has gone elsewhere meanwhile would be answered by mistake. */
function agree(state: AppState, { question, deed }: Extract<DeedResult, { is: 'ready' }>): AppState {
  if (state.screen.is !== 'request' || state.prompt !== undefined) return state;
  if (question !== undefined) return { ...state, prompt: { is: 'question', question, deed } };
  return { ...state, wanted: [deed], notice: { text: '…', tone: 'plain' } };
}

/** Goes to a numbered screen, as it was left; the one left keeps its place too. */
function enter(state: AppState, name: RoomName): AppState {
  const left = state.below[0] ?? state.screen;
  const rooms = [...state.rooms.filter(({ is }) => is !== left.is), left];
  const screen = rooms.find(({ is }) => is === name) ?? ROOMS[name].opens;
  const entered = settled({ ...state, screen, below: [], rooms });
  return name === 'cost' ? { ...entered, wanted: [{ is: 'read-spending', days: spanOf(screen) }] } : entered;
}

function spanOf(screen: Screen): number {
  return screen.is === 'cost' ? screen.days : 1;
}

function open(state: AppState, screen: Screen): AppState {
  return { ...state, screen, below: [...state.below, state.screen] };
}

function back(state: AppState): AppState {
  const under = state.below.at(-1);
  return under === undefined ? state : settled({ ...state, screen: under, below: state.below.slice(0, -1) });
}

function settled(state: AppState): AppState {
  const below = state.below.map((screen) => settle(screen.is, { screen, world: state }));
  return { ...state, screen: settle(state.screen.is, seenBy(state)), below };
}

function seenBy(state: AppState): Seen<Screen> {
  return { screen: state.screen, world: state };
}
