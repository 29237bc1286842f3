import type { FaultRow } from './row.ts';
import { ADDRESS_ROWS } from './rows/addresses.ts';
import { ANSWER_ROWS, PROTOCOL_ROWS } from './rows/answers.ts';
import { ATTACK_ROWS, PROFILE_ROWS } from './rows/attacks.ts';
import { CALLER_ROWS } from './rows/callers.ts';
import { CITED_ROWS } from './rows/cited.ts';
import { CONNECTION_ROWS } from './rows/connections.ts';
import { DISK_ROWS } from './rows/disk.ts';
import { HEDGING_ROW } from './rows/hedging.ts';
import { LOAD_ROWS, PACING_ROW } from './rows/load.ts';
import { OUTAGE_ROWS, STEADY_ROWS } from './rows/outages.ts';
import { PROCESS_ROWS } from './rows/processes.ts';
import { SIXTEEN_ROWS } from './rows/sixteen.ts';
import { SOAK_ROW } from './rows/soak.ts';

/** Every row of the suite, in the order of the page. To add one, add it to its family's table. */
export const ROWS: readonly FaultRow[] = [
  ...SIXTEEN_ROWS,
  ...STEADY_ROWS,
  ...ADDRESS_ROWS,
  ...CONNECTION_ROWS,
  ...OUTAGE_ROWS,
  HEDGING_ROW,
  ...ANSWER_ROWS,
  ...PROTOCOL_ROWS,
  PACING_ROW,
  ...CALLER_ROWS,
  ...LOAD_ROWS,
  SOAK_ROW,
  ...PROCESS_ROWS,
  ...DISK_ROWS,
  ...PROFILE_ROWS,
  ...ATTACK_ROWS,
  ...CITED_ROWS,
];
