export { askOnce } from './ask.ts';
export { Rooms } from './admission.ts';
export type { ChaosBook, ChaosEnd } from './chaos.ts';
export { makeConnector } from './connector.ts';
export type { DrillOrder } from './drill.ts';
export { createProxy, type Proxy } from './proxy.ts';
export type { ProxyOptions } from './proxy-options.ts';
export type { TargetView } from './target-state.ts';
export { networkSign } from './unreachable.ts';
