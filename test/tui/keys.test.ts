import { render } from 'ink';
import { createElement } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { LogEntry } from '../../src/control/index.ts';
import { SpendingTally } from '../../src/core/spending.ts';
import { keysOf } from '../../src/lib/expect.ts';
import type { Deed } from '../../src/tui/deed.ts';
import { OTHER_KEYS, SCREEN_KEYS } from '../../src/tui/key-tables.ts';
import { ROOMS, type ScreenName } from '../../src/tui/screens.ts';
import { activeKeys } from '../../src/tui/shared-keys.ts';
import { type AppState, reduce } from '../../src/tui/state.ts';
import { createStore, type Store } from '../../src/tui/store.ts';
import { Keyboard } from '../../src/tui/terminal/keyboard.ts';
import { BYTES, fakeTerminal } from './fake-terminal.ts';
import { frameOf, stateOf } from './frame.ts';
import { failedOver, healthy, incident, logged, NOON, outage, served } from './scenes.ts';

const scene = {
  ...healthy(),
  recent: [failedOver(50), ...healthy().recent],
  incidents: Array.from({ length: 30 }, (_, index) => incident(index)),
  log: Array.from({ length: 60 }, (_, index) => logged(index, index === 5 ? { level: 'error' } : {})),
};
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Opened {
  readonly store: Store;
  readonly deeds: readonly Deed[];
  readonly press: (key: string) => void;
}

/** The dashboard behind a terminal, in the state after some keys. */
function open(before: AppState): Opened {
  const deeds: Deed[] = [];
  const store = createStore(before, { after: () => () => undefined, perform: (deed) => deeds.push(deed) });
  const terminal = fakeTerminal(before.size.columns, before.size.rows);
  const { stdin, stdout } = terminal;
  const ink = render(
    createElement(Keyboard, { onKey: (key) => store.dispatch({ type: 'key-pressed', key }) }),
    {
      stdin,
      stdout,
      debug: true,
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
    },
  );
  closing.push(() => ink.unmount());
  return { store, deeds, press: (key) => terminal.type(BYTES[key] ?? key) };
}

/** A place in which every key of a screen does something: room to move, to scroll, to go back and to follow. */
const PLACES: Readonly<Record<ScreenName, () => AppState>> = {
  overview: () => stateOf(scene, 80, 24, ['j', 'j', 'j']),
  requests: () => stateOf(scene, 160, 40, ['2', 'j', 'j', 'j']),
  // In an outage with the cursor on the second of three: it can be reset, and moved both ways.
  providers: () => stateOf(outage(), 100, 30, ['3', 'j', 'j']),
  failovers: () => stateOf(scene, 80, 24, ['4', 'j', 'j', 'j']),
  cost: () => spent(stateOf(scene, 60, 12, ['5', 'b', 'b', 'j', 'j'])),
  logs: () => stateOf(scene, 80, 24, ['6', 'j', 'j', 'j']),
  gateway: () => stateOf(outage(), 60, 12, ['7', 'j', 'j']),
  request: () => stateOf(scene, 60, 12, ['j', 'j', 'enter', 'j', 'j']),
  chaos: () => stateOf(outage(), 100, 30, ['3', 'j', 'j', 'c', 'j', 'j']),
  text: () => stateOf({ ...scene, log: [longEntry()] }, 60, 12, ['6', 'enter', 'j', 'j']),
  help: () => stateOf(scene, 60, 12, ['?', 'j', 'j']),
};

/** A line of the log with more fields than fit. */
function longEntry(): LogEntry {
  const fields = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`field${index}`, index]));
  return logged(1, { fields });
}

/** With so many clients that their list must be scrolled. */
function spent(state: AppState): AppState {
  const tally = new SpendingTally(NOON);
  for (let index = 0; index < 40; index++) tally.add(served(index, { client: { name: `client ${index}` } }));
  const told = reduce(state, { type: 'deed-done', result: { is: 'spending', spending: tally.spending } });
  return ['j', 'j'].reduce((before, key) => reduce(before, { type: 'key-pressed', key }), told);
}

describe.each(keysOf(SCREEN_KEYS))('on the screen %s', (screen) => {
  const keys = SCREEN_KEYS[screen].flatMap((binding) =>
    binding.keys.map((key) => [key, binding.help] as const),
  );

  it.each(keys)('%j, as the terminal sends it, does something: %s', async (key) => {
    const start = PLACES[screen]();
    expect(start.screen.is).toBe(screen);
    const { store, deeds, press } = open(start);
    press(key);
    await vi.waitFor(
      () => {
        const { screen: now, prompt } = store.get();
        expect([now, prompt, deeds]).not.toEqual([start.screen, undefined, []]);
      },
      { timeout: 2_000 },
    );
    expect(store.get().notice?.tone).not.toBe('warn');
  });

  it('lists no key twice, and each with a label, a help text and a name', () => {
    const all = [...SCREEN_KEYS[screen], ...(screen === 'help' ? [] : OTHER_KEYS.everywhere)];
    const names = all.flatMap((binding) => binding.keys);
    expect(new Set(names).size).toBe(names.length);
    for (const { label, help, shown } of all) expect(label && help && shown).toBeTruthy();
  });
});

describe('everywhere', () => {
  it.each(['q', 'ctrl+c'])('%s ends the dashboard', async (key) => {
    const { store, press } = open(stateOf(scene, 80, 24));
    press(key);
    await vi.waitFor(() => expect(store.get().ended).toBe(true), { timeout: 2_000 });
  });

  it.each(keysOf(ROOMS).map((name, index) => [String(index + 1), name]))(
    '%s goes to %s',
    async (key, name) => {
      const { store, press } = open(stateOf(scene, 80, 24, ['enter']));
      press(key);
      await vi.waitFor(() => expect(store.get().screen.is).toBe(name), { timeout: 2_000 });
      expect(store.get().below).toEqual([]);
    },
  );

  it('? opens help with the keys of this screen first, and closes it', async () => {
    const { store, press } = open(stateOf(scene, 80, 24));
    press('?');
    await vi.waitFor(() => expect(store.get().screen.is).toBe('help'), { timeout: 2_000 });
    const { screen } = store.get();
    expect(screen.is === 'help' && screen.sections.map(({ title }) => title)).toEqual([
      'OVERVIEW',
      'EVERYWHERE',
      'WHILE TYPING A LINE',
    ]);
    press('?');
    await vi.waitFor(() => expect(store.get().screen.is).toBe('overview'), { timeout: 2_000 });
  });

  it('takes several keys that arrive in one packet', async () => {
    const { store, press } = open(stateOf(scene, 80, 24));
    press('jjj\r');
    await vi.waitFor(() => expect(store.get().screen.is).toBe('request'), { timeout: 2_000 });
  });

  it('takes tabs that arrive together', async () => {
    const { store, press } = open(stateOf(scene, 100, 24, ['j', 'j', 'enter']));
    press('\t\t');
    await vi.waitFor(() => expect(store.get().screen).toMatchObject({ tab: 'headers' }), { timeout: 2_000 });
  });

  it('a key that cannot do anything says why', () => {
    const state = stateOf({ ...healthy(), recent: [] }, 80, 24, ['enter']);
    expect(state.notice?.text).toBe('no request to open here yet');
    expect(activeKeys(state).own.find(({ label }) => label === 'open')?.disabled).toBe(
      'no request to open here yet',
    );
  });
});

/** Every key of a table, so that a new one is pressed too. */
function keysIn(table: keyof typeof OTHER_KEYS): readonly string[] {
  return OTHER_KEYS[table].flatMap(({ keys }) => keys);
}

describe('the keys of no screen', () => {
  it.each(keysIn('everywhere'))('%j works everywhere', async (key) => {
    const start = stateOf(scene, 80, 24, ['3', 'j']);
    const { store, press } = open(key === '3' ? stateOf(scene, 80, 24) : start);
    const before = store.get();
    press(key);
    await vi.waitFor(
      () => {
        const { screen, ended } = store.get();
        expect([screen, ended]).not.toEqual([before.screen, false]);
      },
      { timeout: 2_000 },
    );
  });

  it.each(keysIn('typing'))('%j does something to a line that is typed', async (key) => {
    const { store, press } = open(stateOf(scene, 100, 30, ['2', '/', 'a', 'b']));
    const before = store.get().prompt;
    press(key);
    await vi.waitFor(() => expect(store.get().prompt).not.toEqual(before), { timeout: 2_000 });
  });

  it.each(keysIn('asked'))('%j answers a question', async (key) => {
    const { store, press } = open(stateOf(outage(), 100, 30, ['3', 'p']));
    press(key);
    await vi.waitFor(() => expect(store.get().prompt).toBeUndefined(), { timeout: 2_000 });
  });
});

describe('a line that is typed', () => {
  it('takes every character, also those that are keys elsewhere', async () => {
    const { store, press } = open(stateOf(scene, 100, 30, ['2']));
    press('/');
    await vi.waitFor(() => expect(store.get().prompt?.is).toBe('line'), { timeout: 2_000 });
    press('q?j2 é');
    await vi.waitFor(() => expect(store.get().prompt).toMatchObject({ text: 'q?j2 é' }), { timeout: 2_000 });
    press(BYTES['backspace'] ?? '');
    await vi.waitFor(() => expect(store.get().prompt).toMatchObject({ text: 'q?j2 ' }), { timeout: 2_000 });
    press('\u0015');
    await vi.waitFor(() => expect(store.get().prompt).toMatchObject({ text: '' }), { timeout: 2_000 });
    press(BYTES['enter'] ?? '');
    await vi.waitFor(() => expect(store.get().prompt).toBeUndefined(), { timeout: 2_000 });
    expect(store.get().ended).toBe(false);
  });
});

describe('a line longer than the terminal', () => {
  it('shows its end, where one types', () => {
    const filter = Array.from('client:claude-code status:>=400 ttft:>2s provider:openai !model:gpt-4o-mini');
    const last = frameOf(stateOf(scene, 60, 12, ['2', '/', ...filter])).at(-1) ?? '';
    expect(last).toMatch(/^ {2}filter: ….*!model:gpt-4o-mini█/);
    expect(last.length).toBeLessThanOrEqual(60);
  });
});

describe('a question', () => {
  const asked = (): AppState => stateOf(outage(), 100, 30, ['3', 'p']);

  it('is asked before anything is changed, and y does it', async () => {
    const { store, deeds, press } = open(asked());
    expect(store.get().prompt).toMatchObject({ question: 'pass openai over until it is resumed?' });
    press('y');
    await vi.waitFor(() => expect(store.get().prompt).toBeUndefined(), { timeout: 2_000 });
    expect(deeds).toEqual([{ is: 'switch-provider', provider: 'openai', enabled: false }]);
  });

  it('says how it can be answered, however narrow the terminal', () => {
    for (const columns of [60, 80, 120]) {
      const asking = stateOf(outage(), columns, 24, ['3', 't']);
      const last = frameOf(asking).at(-1) ?? '';
      expect(last).toMatch(/ask each of the 3 targets.*y yes +n no$/);
      expect(last.length).toBeLessThanOrEqual(columns);
    }
  });

  it.each(['n', 'escape', 'enter', 'x', ' '])('is declined by %j', async (key) => {
    const { store, deeds, press } = open(asked());
    press(key);
    await vi.waitFor(() => expect(store.get().prompt).toBeUndefined(), { timeout: 2_000 });
    expect(deeds).toEqual([]);
    expect(store.get().notice?.text).toBe('nothing was done');
  });
});

describe('a dashboard that only looks', () => {
  it.each(['t', 'p', 'r', 'x', 'c', 'K', 'J'])('refuses %s', (key) => {
    const looking = { ...stateOf(outage(), 100, 30, ['3', 'j', 'j']), readonly: true };
    const state = reduce(looking, { type: 'key-pressed', key });
    expect(state.notice?.text).toBe('this dashboard only looks (--readonly)');
    expect([state.prompt, state.wanted]).toEqual([undefined, []]);
  });

  it('cannot act while the daemon is away either', () => {
    const gone = reduce(stateOf(outage(), 100, 30, ['3']), { type: 'daemon-gone', at: NOON });
    expect(reduce(gone, { type: 'key-pressed', key: 'p' }).notice?.text).toBe('the daemon is not there');
  });
});
