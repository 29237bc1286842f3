import type { ChalkInstance } from 'chalk';
import { render } from 'ink';

import { App } from './app.tsx';
import { type DeedPorts, perform } from './deeds/perform.ts';
import { type FeedPorts, openFeed } from './feed/feed.ts';
import type { Scene } from './present/header.ts';
import type { Size } from './size.ts';
import { type AppState, initialState } from './state.ts';
import { createStore } from './store.ts';
import { type Look, makePalette, PaletteContext } from './widgets/palette.ts';

const TICK_MS = 1_000;
/** Erases the screen and goes to its first place. */
const WIPE = '\u001B[2J\u001B[H';

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
  const app = (
    <PaletteContext value={makePalette(ports.style, ports.look)}>
      <App store={store} />
    </PaletteContext>
  );
  const terminal = render(app, {
    stdin,
    stdout,
    stderr,
    alternateScreen: true,
    interactive: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    // Nothing here writes to the console.
    patchConsole: false,
  });
  // Laid out anew before ink redraws: it would draw the old frame into the new size. And wiped before that: a frame
  // that was under way when the size changed stands where nobody would look for it.
  const resized = (): void => {
    terminal.clear();
    stdout.write(WIPE);
    store.dispatch({ type: 'terminal-resized', size: sizeOf(stdout) });
    terminal.rerender(app);
  };
  stdout.prependListener('resize', resized);
  const stopClock = every(TICK_MS, ports, () => {
    const now = ports.now();
    // While the daemon tells its status every second, that moves the clock: a frame of our own would be a second one.
    if (now - store.latest().now >= TICK_MS) store.dispatch({ type: 'clock-ticked', now });
  });
  const endScenes = ports.scenes?.((scene) => store.dispatch({ type: 'scene-changed', scene }));
  void ports.ended?.then(() => terminal.unmount());
  try {
    await terminal.waitUntilExit();
    return store.get();
  } finally {
    stdout.off('resize', resized);
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
