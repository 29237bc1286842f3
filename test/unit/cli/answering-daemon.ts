import { type ControlServer, type Handlers, serveControl, type Status } from '../../../src/control/index.ts';
import { findPaths } from '../../../src/core/paths.ts';

/** A status as an idle daemon gives it. */
export function idleStatus(change: Partial<Status> = {}): Status {
  return {
    instance: 'first',
    version: '0.1.0',
    pid: 1,
    address: 'http://127.0.0.1:4499',
    startedAt: 0,
    now: 1_000,
    profile: 'default',
    configPath: '/c',
    logPath: '/l',
    draining: false,
    rssBytes: 1,
    counters: { live: 0, total: 0, served: 0, failed: 0, cut: 0, gone: 0, failovers: 0, dropped: 0 },
    latency: { perMinute: 0 },
    providers: [],
    routes: [],
    problems: [],
    ...change,
  };
}

function declined(): never {
  throw new Error('this daemon does not do that');
}

/** What a daemon does that does nothing; tests replace what they want done. */
export const declining: Handlers = {
  hello: declined,
  status: declined,
  stop: declined,
  drained: declined,
  reload: declined,
  flush: declined,
  models: declined,
  exchange: declined,
  drill: declined,
  'hand-over': declined,
  'switch-provider': declined,
  'move-target': declined,
  'reset-breaker': declined,
  'trip-breaker': declined,
  'start-chaos': declined,
  'stop-chaos': declined,
  cache: declined,
  'clear-cache': declined,
  metrics: declined,
  'test-alerts': declined,
  'start-recording': declined,
  'take-recorded': declined,
  'stop-recording': declined,
};

/** Answers on the control socket of a home as a daemon in this state would. */
export function answerAs(home: string, status: Status): Promise<ControlServer> {
  return serveControl({
    path: findPaths({ GW_HOME: home }).socket,
    handlers: {
      ...declining,
      hello: () => ({ instance: status.instance, version: '0.1.0', pid: 1, protocol: 1 }),
      status: () => status,
    },
    subscribe: () => () => {},
  });
}
