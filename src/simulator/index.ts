export { CHAT_RULES, type ChatRules } from './asked.ts';
export type { CallEnding, SimulatorCall } from './call-log.ts';
export { FAULT_GROUPS, type FaultGroup, type FaultRow, type SimulatedFault } from './fault-row.ts';
export { parseSimulatedFault } from './fault-text.ts';
export { SIMULATED_FAULTS } from './faults/table.ts';
export { type SimulatedFormat, simulatedFormats } from './simulated-formats.ts';
export { createSimulator, type Listening, type Simulator, type SimulatorOptions } from './simulator.ts';
