/** Where a person is reading in a list: rows are named by id, so that nothing moves when others come and go. */
export interface Reading {
  readonly selected: string;
  /** The first row on the screen. */
  readonly top: string;
  /** The newest row when reading began; what came since is counted and waits above. */
  readonly newest: string;
}

/** The part of a list that is on the screen. */
export interface RowWindow {
  readonly start: number;
  readonly end: number;
  /** Index of the selected row in the whole list; -1 while following. */
  readonly selected: number;
  /** Rows that came since reading began. */
  readonly fresh: number;
}

/** The beginning of a list, which is what following shows. */
export function topWindow(total: number, rows: number): RowWindow {
  return { start: 0, end: Math.min(total, rows), selected: -1, fresh: 0 };
}

/** Which rows to show. Without a reading the list follows: it shows its beginning. */
export function rowWindow(ids: readonly string[], rows: number, reading: Reading | undefined): RowWindow {
  const selected = reading === undefined ? -1 : ids.indexOf(reading.selected);
  if (reading === undefined || selected === -1) {
    return topWindow(ids.length, rows);
  }
  const anchor = Math.max(0, ids.indexOf(reading.top));
  const visible = Math.max(selected - rows + 1, Math.min(anchor, selected));
  const start = Math.max(0, Math.min(visible, ids.length - rows));
  const fresh = Math.max(0, ids.indexOf(reading.newest));
  return { start, end: Math.min(ids.length, start + rows), selected, fresh };
}

/** The reading after the cursor moved by `step` rows (infinite steps go to either end); from nowhere it starts on top. */
export function moveReading(
  ids: readonly string[],
  rows: number,
  reading: Reading | undefined,
  step: number,
): Reading | undefined {
  const from = reading === undefined ? -1 : ids.indexOf(reading.selected);
  const to = Math.max(0, Math.min(ids.length - 1, from + step));
  const selected = ids[to];
  const first = ids[0];
  if (selected === undefined || first === undefined) return undefined;
  const moved: Reading = { selected, top: reading?.top ?? first, newest: reading?.newest ?? first };
  return { ...moved, top: ids[rowWindow(ids, rows, moved).start] ?? selected };
}
