export { type ConnectFailure, connectControl, type ControlClient } from './client.ts';
export { ensurePrivateDirectory } from './directory.ts';
export { ControlError, type ControlErrorReason } from './error.ts';
export {
  type CacheReport,
  type CacheUse,
  type ChaosParams,
  type Counters,
  type Delta,
  type DrillParams,
  type Hello,
  type Latency,
  type LogEntry,
  type MethodName,
  type Methods,
  type Problem,
  PROTOCOL_VERSION,
  type ProviderStatus,
  type RecordedBatch,
  type ReloadResult,
  type RouteStatus,
  type ServerEvent,
  type Snapshot,
  type Status,
  type TelemetryView,
} from './protocol.ts';
export { type ControlServer, type Handlers, serveControl, type Subscribe } from './server.ts';
