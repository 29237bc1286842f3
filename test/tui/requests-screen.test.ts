import { describe, expect, it } from 'vitest';

import type { Delta } from '../../src/control/index.ts';
import { acted, cursorOf, listing, refreshed, released, windowOf } from '../../src/tui/listing.ts';
import type { RequestsScreen } from '../../src/tui/screens/requests/state.ts';
import { type AppState, reduce } from '../../src/tui/state.ts';
import { frameOf, stateOf } from './frame.ts';
import { cutTrail } from './moments.ts';
import { failedOver, healthy, NOON, running, served } from './scenes.ts';

const rows = (...ids: readonly string[]) => ids.map((id) => ({ id }));
const names = (list: { readonly rows: readonly { readonly id: string }[] }) => list.rows.map(({ id }) => id);

function tell(state: AppState, delta: Omit<Delta, 'at'>): AppState {
  return reduce(state, { type: 'delta-received', at: NOON + 1_000, delta: { at: NOON + 1_000, ...delta } });
}

function press(state: AppState, ...keys: readonly string[]): AppState {
  return keys.reduce((before, key) => reduce(before, { type: 'key-pressed', key }), state);
}

function requests(state: AppState): RequestsScreen {
  if (state.screen.is !== 'requests') throw new Error(`on ${state.screen.is}`);
  return state.screen;
}

function opened(...keys: readonly string[]): AppState {
  const scene = {
    ...healthy(),
    live: [running(59)],
    recent: [
      cutTrail(58),
      failedOver(57),
      served(56, { totalMs: 9_000 }),
      served(55, { client: { name: 'aider' } }),
    ],
  };
  return stateOf(scene, 120, 30, ['2', ...keys]);
}

describe('a list', () => {
  it('follows while nobody reads', () => {
    expect(names(refreshed(listing(rows('b', 'a')), rows('c', 'b', 'a')))).toEqual(['c', 'b', 'a']);
  });

  it('holds every row in its place while somebody reads, and counts what waits', () => {
    const read = acted(listing(rows('c', 'b', 'a')), 'move-down', 3);
    const later = refreshed(read, rows('e', 'd', 'c', 'b'));
    expect(names(later)).toEqual(['c', 'b', 'a']);
    expect(windowOf(later, 3)).toMatchObject({ start: 0, selected: 0, fresh: 2 });
    expect(names(released(later))).toEqual(['e', 'd', 'c', 'b']);
  });

  it('takes in what waited when one goes to the first row', () => {
    const read = refreshed(acted(listing(rows('b', 'a')), 'last-row', 3), rows('c', 'b', 'a'));
    const first = acted(read, 'first-row', 3);
    expect([names(first), cursorOf(first)?.id]).toEqual([['c', 'b', 'a'], 'c']);
  });

  it('can be frozen without a cursor, and goes on where it is by then', () => {
    const frozen = refreshed(acted(listing(rows('b', 'a')), 'freeze', 3), rows('c', 'b', 'a'));
    expect(names(frozen)).toEqual(['b', 'a']);
    expect(frozen.hold).toMatchObject({ frozen: true, fresh: 1 });
    expect(names(acted(frozen, 'freeze', 3))).toEqual(['c', 'b', 'a']);
  });

  it('takes news of the rows it holds', () => {
    const read = acted(listing([{ id: 'a', state: 'running' }]), 'move-down', 3);
    expect(refreshed(read, [{ id: 'a', state: 'over' }]).rows[0]?.state).toBe('over');
  });
});

describe('the list of requests', () => {
  it('has the running ones first, then what ended last', () => {
    expect(requests(opened()).rows.rows.map(({ outcome }) => outcome)).toEqual([
      'pending',
      'cut',
      'served',
      'served',
      'served',
    ]);
  });

  it('counts what is new and lets no row move while one reads', () => {
    const reading = opened('j', 'j');
    const before = frameOf(reading).findIndex((line) => line.startsWith('›'));
    const later = tell(reading, { live: [], ended: [served(59), served(60), served(61)] });
    const frame = frameOf(later);
    expect(frame.findIndex((line) => line.startsWith('›'))).toBe(before);
    expect(frame.join('\n')).toContain('▲ 2 new');
    const followed = frameOf(press(later, 'escape')).join('\n');
    expect(followed).not.toContain('▲');
  });

  it('shows errors only, and all of them again', () => {
    expect(requests(opened('e')).rows.rows.map(({ outcome }) => outcome)).toEqual(['cut']);
    expect(requests(opened('e', 'e')).rows.rows).toHaveLength(5);
  });

  it('is sorted by what one asks for', () => {
    expect(requests(opened('s')).rows.rows[0]?.totalMs).toBe(9_000);
    expect(requests(opened('s', 's', 's')).rows.rows[0]?.attempts).toHaveLength(3);
  });

  it('is filtered while one types, without the word that is no term yet, and says what is wrong', () => {
    const typing = press(opened('/'), ...Array.from('client:aider'));
    expect(requests(typing).rows.rows).toHaveLength(1);
    const wrong = press(typing, ...Array.from(' is:fial'));
    expect(requests(wrong).rows.rows).toHaveLength(1);
    expect(frameOf(wrong).join('\n')).toContain('"fial" is no value for is; served, failed');
    expect(frameOf(wrong).at(-1)).toContain('filter: client:aider is:fial');
    const narrow = { ...wrong, size: { columns: 80, rows: 24 } };
    expect(frameOf(narrow).join('\n')).toContain('"fial" is no value for is; served, failed');
    const dropped = press(wrong, 'escape');
    expect([dropped.prompt, requests(dropped).filter.text]).toEqual([undefined, '']);
    expect(requests(dropped).mistake).toBeUndefined();
  });

  it('groups, and a group leads to its own requests and back', () => {
    const grouped = opened('b');
    expect(requests(grouped).groups.rows.map(({ id, requests: count }) => [id, count])).toEqual([
      ['claude-code', 4],
      ['aider', 1],
    ]);
    const narrowed = press(grouped, 'j', 'j', 'enter');
    expect(requests(narrowed).filter.text).toBe('client:"=aider"');
    expect(requests(narrowed).rows.rows).toHaveLength(1);
    expect(requests(press(narrowed, 'escape')).groupBy).toBe('client');
  });

  it.each([
    ['b', 'claude-code'],
    ['bbb', 'gpt-4o'],
    ['bbbb', 'openai'],
  ])('finds after %s as many requests of a group as the group counts', (keys, name) => {
    const grouped = opened(...Array.from(keys));
    const group = requests(grouped).groups.rows[0];
    expect(group?.id).toBe(name);
    expect(requests(press(grouped, 'enter')).rows.rows).toHaveLength(group?.requests ?? -1);
  });

  it('goes from one request to its neighbours, and stops at the ends', () => {
    const second = press(opened('j', 'j'), 'enter');
    const id = (state: AppState) => state.screen.is === 'request' && state.screen.trail.id;
    expect(id(press(second, 'n'))).toBe(failedOver(57).id);
    expect(id(press(second, 'n', 'p', 'p'))).toBe(running(59).id);
    expect(press(second, 'p', 'p').notice?.text).toBe('it is the first of the list');
  });

  it('keeps its place while one looks at other screens', () => {
    const away = press(opened('s', 'j', 'j'), '1', '6', '2');
    expect(requests(away)).toMatchObject({ sort: 'slowest' });
    expect(cursorOf(requests(away).rows)).toBeDefined();
  });
});

describe('copying a request', () => {
  it('asks for the command, which is shown, so that it can be selected where there is no clipboard', () => {
    const state = press(opened('j', 'j', 'enter'), 'c');
    expect(state.wanted).toMatchObject([{ is: 'write-curl', address: 'http://127.0.0.1:4499' }]);
    const note = { text: 'no clipboard here: it is on the screen', good: false };
    const result = { is: 'told', title: 'ASK AGAIN', lines: ['curl -i'], note } as const;
    const shown = frameOf(reduce(state, { type: 'deed-done', result }));
    expect(shown.join('\n')).toContain('curl -i');
    expect(shown.at(-1)).toContain('no clipboard here');
  });
});
