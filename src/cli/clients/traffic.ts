import type { Counters, Status } from '../../control/index.ts';
import type { Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import { formatDollars } from '../story/words.ts';

/** What went through gw between two looks at it, whoever asked. */
export interface Traffic {
  readonly requests: number;
  readonly failovers: number;
  /** No whole answer: an error, or one that broke off. */
  readonly failed: number;
  /** The caller hung up. */
  readonly gone: number;
  readonly elapsedMs: number;
  /** US dollars, of those whose price is known; absent where none is. */
  readonly costUsd?: number;
  /** Another daemon answers now; its numbers are from its own start on. */
  readonly restarted: boolean;
}

/** The difference between two states of the daemon. */
export function trafficBetween(before: Status, after: Status): Traffic {
  const restarted = before.instance !== after.instance;
  const since = (name: keyof Counters): number =>
    after.counters[name] - (restarted ? 0 : before.counters[name]);
  return {
    requests: since('total'),
    failovers: since('failovers'),
    failed: since('failed') + since('cut'),
    gone: since('gone'),
    elapsedMs: after.now - before.now,
    restarted,
  };
}

/** The same of recorded exchanges: those of one client, where others ask meanwhile. */
export function trafficOf(trails: readonly Trail[], before: Status, after: Status): Traffic {
  const count = (isOne: (trail: Trail) => boolean): number => trails.filter(isOne).length;
  const costs = trails.flatMap(({ costUsd }) => costUsd ?? []);
  return {
    requests: trails.length,
    failovers: count(({ failover }) => failover),
    failed: count(({ outcome }) => outcome === 'failed' || outcome === 'cut'),
    gone: count(({ outcome }) => outcome === 'gone'),
    elapsedMs: after.now - before.now,
    ...(costs.length > 0 ? { costUsd: costs.reduce((sum, cost) => sum + cost, 0) } : {}),
    restarted: before.instance !== after.instance,
  };
}

/** One line for a person; `doubt` is for a command of which nothing is known. */
export function trafficLine(
  traffic: Traffic,
  doubt = '; does it read one of the addresses that gw env sets?',
): string {
  const { requests, failovers, failed, gone, elapsedMs, restarted, costUsd } = traffic;
  const took = formatDuration(elapsedMs);
  if (requests === 0 && restarted) return `gw: restarted within these ${took}; nothing was asked since`;
  if (requests === 0) return `gw: nothing was asked in ${took}${doubt}`;
  const parts = [
    `${requests} ${requests === 1 ? 'request' : 'requests'} in ${took}`,
    `${failovers} failed over`,
    `${failed} failed`,
    ...(gone > 0 ? [`${gone} hung up`] : []),
    ...(costUsd === undefined ? [] : [formatDollars(costUsd)]),
  ];
  const look = failed > 0 ? 'gw requests --failed' : failovers > 0 ? 'gw requests --failover' : undefined;
  const note = restarted ? ' since gw restarted' : '';
  return `gw: ${parts.join(', ')}${note}${look === undefined ? '' : `   (${look})`}`;
}
