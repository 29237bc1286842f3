import type { FaultRow } from '../fault-row.ts';
import { CONNECTION_FAULTS } from './connection.ts';
import { FLAVOUR_FAULTS } from './flavour.ts';
import { PACE_FAULTS } from './pace.ts';
import { SHAPE_FAULTS } from './shape.ts';
import { STATUS_FAULTS } from './status.ts';
import { STREAM_FAULTS } from './stream.ts';
import { WIRE_FAULTS } from './wire.ts';

/** Everything the simulator can do wrong, by name. A new fault is a row in one of these tables. */
export const SIMULATED_FAULTS = {
  ...STATUS_FAULTS,
  ...CONNECTION_FAULTS,
  ...STREAM_FAULTS,
  ...WIRE_FAULTS,
  ...FLAVOUR_FAULTS,
  ...PACE_FAULTS,
  ...SHAPE_FAULTS,
} as const satisfies Readonly<Record<string, FaultRow>>;
