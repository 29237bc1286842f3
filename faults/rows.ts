import type { FaultRow } from './row.ts';
import { CONNECTION_ROWS } from './rows/connections.ts';
import { OUTAGE_ROWS, STARVED_ROW, STEADY_ROWS } from './rows/outages.ts';
import { SIXTEEN_ROWS } from './rows/sixteen.ts';

/** Every row of the suite, in the order of the page. To add one, add it to its family's table. */
export const ROWS: readonly FaultRow[] = [
  ...SIXTEEN_ROWS,
  ...STEADY_ROWS,
  ...CONNECTION_ROWS,
  ...OUTAGE_ROWS,
  STARVED_ROW,
];
