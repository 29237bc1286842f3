import type { Seen, Turn } from '../../behaviour.ts';
import type { LogRow } from '../../feed/facts.ts';
import {
  acted,
  cursorOf,
  isListAction,
  type ListAction,
  type Listing,
  listing,
  refreshed,
  released,
} from '../../listing.ts';
import { logRecordLines, logText } from '../../present/log.ts';
import { bodyRows } from '../../size.ts';

/** What the daemon wrote into its log. */
export interface LogsScreen {
  readonly is: 'logs';
  readonly rows: Listing<LogRow>;
  /** Only lines with this text. */
  readonly wanted: string;
  /** Only warnings and errors. */
  readonly errorsOnly: boolean;
  /** From what the rows were made. */
  readonly from: readonly LogRow[];
}

export type LogsAction = ListAction | 'open' | 'search' | 'errors' | 'leave';

/** Room for what is shown, and for the titles. */
const HEAD_ROWS = 2;

/** The log as it opens: newest first. */
export const LOGS: LogsScreen = { is: 'logs', rows: listing(), wanted: '', errorsOnly: false, from: [] };

/** What a key's action does to the log. */
export function actOnLogs(seen: Seen<LogsScreen>, action: LogsAction): Turn<LogsScreen> {
  const { screen } = seen;
  if (isListAction(action)) {
    return { is: 'stay', screen: { ...screen, rows: acted(screen.rows, action, logRows(seen)) } };
  }
  switch (action) {
    case 'search':
      return { is: 'ask', label: 'search', text: screen.wanted };
    case 'errors':
      return { is: 'stay', screen: remade(seen, { errorsOnly: !screen.errorsOnly }) };
    case 'open': {
      const row = cursorOf(screen.rows) ?? screen.rows.rows[0];
      if (row === undefined) return { is: 'stay', screen };
      return { is: 'open-text', text: { title: row.event, lines: logRecordLines(row) } };
    }
    case 'leave':
      return {
        is: 'stay',
        screen:
          screen.rows.hold === undefined
            ? remade(seen, { wanted: '', errorsOnly: false })
            : { ...screen, rows: released(screen.rows) },
      };
  }
}

/** Takes in what was written, unless the list is held. */
export function settleLogs(seen: Seen<LogsScreen>): LogsScreen {
  const { screen, world } = seen;
  if (world.facts.log === screen.from) return screen;
  return { ...screen, from: world.facts.log, rows: refreshed(screen.rows, chosen(seen)) };
}

/** The log while it is searched. */
export function typedIntoLogs(seen: Seen<LogsScreen>, text: string): LogsScreen {
  return remade(seen, { wanted: text });
}

/** How many lines fit. */
export function logRows({ world }: Seen<LogsScreen>): number {
  return Math.max(1, bodyRows(world.size) - HEAD_ROWS);
}

function remade({ screen, world }: Seen<LogsScreen>, changed: Partial<LogsScreen>): LogsScreen {
  const next = { ...screen, ...changed };
  return { ...next, from: world.facts.log, rows: listing(chosen({ screen: next, world })) };
}

function chosen({ screen, world }: Seen<LogsScreen>): readonly LogRow[] {
  const { wanted, errorsOnly } = screen;
  const text = wanted.toLowerCase();
  return world.facts.log.filter(
    (row) =>
      (!errorsOnly || row.level === 'warn' || row.level === 'error') &&
      (text === '' || logText(row).toLowerCase().includes(text)),
  );
}
