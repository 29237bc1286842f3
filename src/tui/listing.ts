import { isKeyOf } from '../lib/expect.ts';
import type { KeyBinding } from './key.ts';
import { moveReading, type Reading, rowWindow, type RowWindow, topWindow } from './present/row-window.ts';

interface Identified {
  readonly id: string;
}

/**
 * A list that is followed, or held still because somebody reads it: then no row comes, goes or moves, and what is new
 * waits until it is let go.
 */
export interface Listing<Row extends Identified> {
  /** What is shown. */
  readonly rows: readonly Row[];
  /** What there is by now; the same while nobody reads. */
  readonly current: readonly Row[];
  readonly hold: Hold | undefined;
}

/** How a list is held: by a cursor, by a freeze, or both. */
export interface Hold {
  readonly reading: Reading | undefined;
  readonly frozen: boolean;
  /** Rows that wait. */
  readonly fresh: number;
}

export type ListAction =
  | 'move-up'
  | 'move-down'
  | 'page-up'
  | 'page-down'
  | 'first-row'
  | 'last-row'
  | 'freeze';

/** True for what moves or holds a list. */
export function isListAction<A extends string>(action: A): action is Extract<A, ListAction> {
  return action === 'freeze' || action === 'first-row' || isKeyOf(STEPS, action);
}

/** A list that follows these rows. */
export function listing<Row extends Identified>(rows: readonly Row[] = []): Listing<Row> {
  return { rows, current: rows, hold: undefined };
}

/** The list after its rows changed: a held one keeps its rows and takes only news of them. */
export function refreshed<Row extends Identified>(list: Listing<Row>, current: readonly Row[]): Listing<Row> {
  if (current === list.current) return list;
  const { hold } = list;
  if (hold === undefined) return listing(current);
  const known = new Map(current.map((row) => [row.id, row]));
  const rows = list.rows.map((row) => {
    const now = known.get(row.id);
    known.delete(row.id);
    return now ?? row;
  });
  return { rows, current, hold: { ...hold, fresh: known.size } };
}

/** The list after its rows changed, where a row that is gone must not be shown any longer. */
export function replaced<Row extends Identified>(list: Listing<Row>, rows: readonly Row[]): Listing<Row> {
  if (rows === list.current) return list;
  const selected = list.hold?.reading?.selected;
  const there = selected !== undefined && rows.some(({ id }) => id === selected);
  return { rows, current: rows, hold: there ? list.hold : undefined };
}

/** Follows again: what waited is shown. */
export function released<Row extends Identified>(list: Listing<Row>): Listing<Row> {
  return list.hold === undefined ? list : listing(list.current);
}

/** The list after a key; `page` is a screenful. Going to the first row takes in what waited. */
export function acted<Row extends Identified>(
  list: Listing<Row>,
  action: ListAction,
  page: number,
): Listing<Row> {
  if (action === 'freeze') return froze(list);
  if (action !== 'first-row') return moved(list, page, STEPS[action](page));
  return moved(list.hold?.frozen === true ? list : released(list), page, -Infinity);
}

/** The row under the cursor. */
export function cursorOf<Row extends Identified>({ rows, hold }: Listing<Row>): Row | undefined {
  const selected = hold?.reading?.selected;
  return selected === undefined ? undefined : rows.find(({ id }) => id === selected);
}

/** The part of the list that fits. */
export function windowOf<Row extends Identified>({ rows, hold }: Listing<Row>, height: number): RowWindow {
  return { ...shownOf(rows, height, hold?.reading), fresh: hold?.fresh ?? 0 };
}

/** The part of some rows that fits; while nobody reads it is not asked where among them he is. */
export function shownOf(
  rows: readonly Identified[],
  height: number,
  reading: Reading | undefined,
): RowWindow {
  if (reading === undefined) return topWindow(rows.length, height);
  return rowWindow(
    rows.map(({ id }) => id),
    height,
    reading,
  );
}

const STEPS: Readonly<Record<Exclude<ListAction, 'freeze' | 'first-row'>, (page: number) => number>> = {
  'move-up': () => -1,
  'move-down': () => 1,
  'page-up': (page) => -page,
  'page-down': (page) => page,
  'last-row': () => Infinity,
};

function moved<Row extends Identified>(list: Listing<Row>, page: number, step: number): Listing<Row> {
  const ids = list.rows.map(({ id }) => id);
  const reading = moveReading(ids, page, list.hold?.reading, step);
  if (reading === undefined) return list;
  return { ...list, hold: { frozen: false, fresh: 0, ...list.hold, reading } };
}

function froze<Row extends Identified>(list: Listing<Row>): Listing<Row> {
  if (list.hold?.frozen !== true) {
    return { ...list, hold: { reading: undefined, fresh: 0, ...list.hold, frozen: true } };
  }
  return list.hold.reading === undefined
    ? released(list)
    : { ...list, hold: { ...list.hold, frozen: false } };
}

/** The keys that move in a list. */
export const MOVE_KEYS: readonly KeyBinding<unknown, Exclude<ListAction, 'freeze'>>[] = [
  {
    keys: ['up', 'k'],
    shown: '↑ k',
    label: 'up',
    help: 'move the cursor up; rows then stay where they are',
    action: 'move-up',
  },
  {
    keys: ['down', 'j'],
    shown: '↓ j',
    label: 'move',
    help: 'move the cursor down',
    action: 'move-down',
    footer: '↑↓',
  },
  { keys: ['pageup'], shown: 'page up', label: 'page up', help: 'move up by a screenful', action: 'page-up' },
  {
    keys: ['pagedown', ' '],
    shown: 'page down',
    label: 'page down',
    help: 'move down by a screenful (space too)',
    action: 'page-down',
  },
  {
    keys: ['home', 'g'],
    shown: 'home g',
    label: 'first',
    help: 'go to the first row, and take in what is new',
    action: 'first-row',
  },
  { keys: ['end', 'G'], shown: 'end G', label: 'last', help: 'go to the last row', action: 'last-row' },
];

/** The key that holds a list still without a cursor. */
export const FREEZE_KEY: KeyBinding<unknown, 'freeze'> = {
  keys: ['f'],
  shown: 'f',
  label: 'freeze',
  help: 'hold the list as it is; f again lets it go on',
  action: 'freeze',
  footer: 'f',
};
