import type { FaultRow } from './row.ts';
import { ADDRESS_ROWS } from './rows/addresses.ts';
import { ANSWER_ROWS, PROTOCOL_ROWS } from './rows/answers.ts';
import { CALLER_ROWS } from './rows/callers.ts';
import { CONNECTION_ROWS } from './rows/connections.ts';
import { OUTAGE_ROWS, STEADY_ROWS } from './rows/outages.ts';
import { SIXTEEN_ROWS } from './rows/sixteen.ts';

/** Every row of the suite, in the order of the page. To add one, add it to its family's table. */
export const ROWS: readonly FaultRow[] = [
  ...SIXTEEN_ROWS,
  ...STEADY_ROWS,
  ...ADDRESS_ROWS,
  ...CONNECTION_ROWS,
  ...OUTAGE_ROWS,
  ...ANSWER_ROWS,
  ...PROTOCOL_ROWS,
  ...CALLER_ROWS,
];
