import type { ChalkInstance } from 'chalk';
import { render } from 'ink';
import { createElement } from 'react';

import { type DeedPorts, perform } from './deeds/perform.ts';
import { type FeedPorts, openFeed } from './feed/feed.ts';
import type { KeyName } from './key.ts';
import type { Scene } from './present/header.ts';
import type { Size } from './size.ts';
import { type AppState, initialState } from './state.ts';
import { createStore } from './store.ts';
import { Keyboard } from './terminal/keyboard.ts';
import { createPainter } from './terminal/painter.ts';
import { type Look, makePalette } from './terminal/palette.ts';
import { viewLines } from './view.ts';

const TICK_MS = 1_000;

/** What the dashboard needs of the world: the daemon's feed, time, a terminal, and hands. */
export interface DashboardPorts extends FeedPorts {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly style: ChalkInstance;
  /** How the terminal is drawn upon; as a dark one that knows Unicode when left out. */
  readonly look?: Look;
  /** Nothing can be changed from here. */
  readonly readonly?: boolean;
  /** What can be done from here; the daemon is asked over the feed's own connection. */
  readonly hands: Omit<DeedPorts, 'call'>;
  /** Whoever plays the world tells what is on; the answer ends that. */
  readonly scenes?: (tell: (scene: Scene) => void) => () => void;
  /** Closes the dashboard when it resolves; without it only the person does. */
  readonly ended?: Promise<void>;
}

/** Shows the dashboard on the alternate screen until the person leaves; answers with what was known then. */
export async function showDashboard(ports: DashboardPorts): Promise<AppState> {
  const { stdin, stdout, stderr } = ports;
  const store = createStore(initialState(ports.now(), sizeOf(stdout), ports.readonly), {
    after: ports.after,
    perform: (deed) =>
      void perform({ ...ports.hands, call: feed.call }, deed).then((result) =>
        store.dispatch({ type: 'deed-done', result }),
      ),
  });
  const feed = openFeed(ports, store.dispatch);
  // ink keeps the terminal and the keyboard; what is drawn there is lines, and needs nobody to lay it out.
  const onKey = (key: KeyName): void => store.dispatch({ type: 'key-pressed', key });
  const terminal = render(createElement(Keyboard, { onKey }), {
    stdin,
    stdout,
    stderr,
    alternateScreen: true,
    interactive: true,
    exitOnCtrlC: false,
    // Nothing here writes to the console.
    patchConsole: false,
  });
  const painter = createPainter((bytes) => void stdout.write(bytes), makePalette(ports.style, ports.look));
  const broken = Promise.withResolvers<never>();
  const draw = (): void => {
    const state = store.get();
    if (state.ended) return leave();
    try {
      painter.draw(viewLines(state), state.size.columns);
    } catch (error) {
      // From a timer nobody would see it before the screen is given back.
      broken.reject(error);
    }
  };
  const stopDrawing = store.subscribe(draw);
  const leave = (): void => {
    stopDrawing();
    terminal.unmount();
  };
  draw();
  // After ink, which erases what it thinks is there.
  const resized = (): void => {
    painter.wipe();
    store.dispatch({ type: 'terminal-resized', size: sizeOf(stdout) });
  };
  stdout.on('resize', resized);
  const stopClock = every(TICK_MS, ports, () => {
    const now = ports.now();
    // While the daemon tells its status every second, that moves the clock: a frame of our own would be a second one.
    if (now - store.latest().now >= TICK_MS) store.dispatch({ type: 'clock-ticked', now });
  });
  const endScenes = ports.scenes?.((scene) => store.dispatch({ type: 'scene-changed', scene }));
  void ports.ended?.then(leave);
  try {
    await Promise.race([terminal.waitUntilExit(), broken.promise]);
    return store.get();
  } finally {
    stdout.off('resize', resized);
    leave();
    stopClock();
    endScenes?.();
    feed.close();
  }
}

function sizeOf({ columns, rows }: NodeJS.WriteStream): Size {
  return { columns, rows };
}

function every(ms: number, ports: FeedPorts, action: () => void): () => void {
  let cancel = ports.after(ms, again);
  function again(): void {
    action();
    cancel = ports.after(ms, again);
  }
  return () => cancel();
}
