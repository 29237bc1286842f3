import { render } from 'ink';
import { createElement } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { App } from '../../src/tui/app.tsx';
import { HELP_KEYS } from '../../src/tui/screens/help/keys.ts';
import { OVERVIEW_KEYS } from '../../src/tui/screens/overview/keys.ts';
import { REQUEST_KEYS } from '../../src/tui/screens/request/keys.ts';
import { activeKeys, type AppState, GLOBAL_KEYS } from '../../src/tui/state.ts';
import { createStore, type Store } from '../../src/tui/store.ts';
import { BYTES, fakeTerminal } from './fake-terminal.ts';
import { stateOf } from './frame.tsx';
import { failedOver, healthy } from './scenes.ts';

const scene = { ...healthy(), recent: [failedOver(50), ...healthy().recent] };
const tables = { overview: OVERVIEW_KEYS, request: REQUEST_KEYS, help: HELP_KEYS };
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** The dashboard behind a terminal, in the state after some keys. */
function open(before: AppState): { store: Store; press: (key: string) => void } {
  const store = createStore(before, () => () => undefined);
  const terminal = fakeTerminal(before.size.columns, before.size.rows);
  const { stdin, stdout } = terminal;
  const ink = render(createElement(App, { store }), {
    stdin,
    stdout,
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  closing.push(() => ink.unmount());
  return { store, press: (key) => terminal.type(BYTES[key] ?? key) };
}

/** A place in which the key does something: where there is room to move, scroll, go back and follow. */
function before(screen: keyof typeof tables): AppState {
  switch (screen) {
    case 'overview':
      return stateOf(scene, 80, 24, ['j', 'j', 'j']);
    case 'request':
      return stateOf(scene, 60, 12, ['enter', 'j', 'j']);
    case 'help':
      return stateOf(scene, 60, 12, ['?', 'j', 'j']);
  }
}

describe.each(['overview', 'request', 'help'] as const)('on the %s screen', (screen) => {
  const keys = tables[screen].flatMap((binding) => binding.keys.map((key) => [key, binding.help] as const));

  it.each(keys)('%j, as the terminal sends it, does something: %s', async (key) => {
    const start = before(screen);
    expect(start.screen.is).toBe(screen);
    const { store, press } = open(start);
    press(key);
    await vi.waitFor(() => expect(store.get().screen).not.toEqual(start.screen), { timeout: 2_000 });
    expect(store.get().notice).toBeUndefined();
  });

  it('lists no key twice, and each with a label, a help text and a name', () => {
    const all = [...tables[screen], ...(screen === 'help' ? [] : GLOBAL_KEYS)];
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

  it('? opens help with the keys of this screen first, and closes it', async () => {
    const { store, press } = open(stateOf(scene, 80, 24));
    press('?');
    await vi.waitFor(() => expect(store.get().screen.is).toBe('help'), { timeout: 2_000 });
    const { screen } = store.get();
    expect(screen.is === 'help' && screen.sections.map(({ title }) => title)).toEqual([
      'OVERVIEW',
      'EVERYWHERE',
    ]);
    press('?');
    await vi.waitFor(() => expect(store.get().screen.is).toBe('overview'), { timeout: 2_000 });
  });

  it('takes several keys that arrive in one packet', async () => {
    const { store, press } = open(stateOf(scene, 80, 24));
    press('jjj\r');
    await vi.waitFor(() => expect(store.get().screen.is).toBe('request'), { timeout: 2_000 });
  });

  it('a key that cannot do anything says why', () => {
    const state = stateOf({ ...healthy(), recent: [] }, 80, 24, ['enter']);
    expect(state.notice).toBe('no request to open here yet');
    expect(activeKeys(state).find(({ label }) => label === 'open')?.disabled).toBe(
      'no request to open here yet',
    );
  });
});
