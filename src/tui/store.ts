import type { Deed } from './deed.ts';
import { type AppEvent, type AppState, reduce } from './state.ts';

// Ten frames a second look live and cost a tenth of what events at full speed would.
const FRAME_MS = 100;

/** Holds the state, and tells the screen when to look: keys at once, everything else at most ten times a second. */
export interface Store {
  /** The state as last announced. */
  readonly get: () => AppState;
  /** The state as it is by now, announced or not. */
  readonly latest: () => AppState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly dispatch: (event: AppEvent) => void;
}

/** What a store needs of the world. */
export interface StorePorts {
  /** Runs an action once after a delay in milliseconds; the answer cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  /** Does what the state asks for. */
  readonly perform?: (deed: Deed) => void;
}

/** Makes a store. */
export function createStore(initial: AppState, { after, perform }: StorePorts): Store {
  const listeners = new Set<() => void>();
  let current = initial;
  let announced = initial;
  let cancelFrame: (() => void) | undefined;

  const announce = (): void => {
    cancelFrame?.();
    cancelFrame = undefined;
    announced = current;
    for (const listener of listeners) listener();
  };
  return {
    get: () => announced,
    latest: () => current,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispatch: (event) => {
      const next = reduce(current, event);
      if (next === current) return;
      current = next;
      if (event.type === 'key-pressed' || event.type === 'terminal-resized') announce();
      else cancelFrame ??= after(FRAME_MS, announce);
      for (const deed of next.wanted) perform?.(deed);
    },
  };
}
