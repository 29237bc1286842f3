export { askCatalogue, type CatalogueAnswer, type ListedModel } from './ask-catalogue.ts';
export { guardProcess } from './crash.ts';
export { Daemon } from './daemon.ts';
export { daemonEnvironment, KEPT_ON_WINDOWS } from './environment.ts';
export { tuneEngine } from './engine.ts';
export { DaemonError, type DaemonErrorKind } from './error.ts';
export { findDaemon, type FoundDaemon } from './find.ts';
export { type Chosen, chooseProfile } from './loaded.ts';
export { decodeLogRecord, isLevel, LOG_LEVELS, type LogRecord, readableLogLine } from './log-line.ts';
export { lastLines, readableLine } from './log-tail.ts';
export type { DaemonOptions } from './parts.ts';
export { openOutside } from './outside.ts';
export { askPort, dialHost, splitAddress } from './port-check.ts';
export { findPortOwner, listenError, type PortOwner } from './port-owner.ts';
export { READY_VARIABLE, tellStarter } from './ready.ts';
export { runDaemon } from './run.ts';
export {
  findRunning,
  type Launch,
  RUNTIME_FLAGS,
  serveWords,
  startDaemon,
  type Started,
  StartError,
} from './start.ts';
export { type DaemonState, type Overrides, readState } from './state-file.ts';
export { spentSoFar } from './spent.ts';
export { type Stopped, stopDaemon } from './stop.ts';
export { removeTemporaryHome, TEMPORARY_HOME, TIE_VARIABLE, watchTie } from './tie.ts';
