export type { CallEnding, SimulatorCall } from './call-log.ts';
export { FAULT_GROUPS, type FaultGroup, type FaultRow, type SimulatedFault } from './fault-row.ts';
export { parseSimulatedFault } from './fault-text.ts';
export { SIMULATED_FAULTS } from './faults/table.ts';
export { createSimulator, type Simulator, type SimulatorOptions } from './simulator.ts';
