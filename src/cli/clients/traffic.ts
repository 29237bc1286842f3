import type { Counters, Status } from '../../control/index.ts';
import { formatDuration } from '../../lib/duration.ts';

/** What went through gw between two looks at it, whoever asked. */
export interface Traffic {
  readonly requests: number;
  readonly failovers: number;
  /** No whole answer: an error, or one that broke off. */
  readonly failed: number;
  /** The caller hung up. */
  readonly gone: number;
  readonly elapsedMs: number;
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

/** One line for a person. */
export function trafficLine({ requests, failovers, failed, gone, elapsedMs, restarted }: Traffic): string {
  const took = formatDuration(elapsedMs);
  if (requests === 0 && restarted) return `gw: restarted within these ${took}; nothing was asked since`;
  if (requests === 0)
    return `gw: nothing was asked in ${took}; does it read one of the addresses that gw env sets?`;
  const parts = [
    `${requests} ${requests === 1 ? 'request' : 'requests'} in ${took}`,
    `${failovers} failed over`,
    `${failed} failed`,
    ...(gone > 0 ? [`${gone} hung up`] : []),
  ];
  const look = failed > 0 ? 'gw requests --failed' : failovers > 0 ? 'gw requests --failover' : undefined;
  const note = restarted ? ' since gw restarted' : '';
  return `gw: ${parts.join(', ')}${note}${look === undefined ? '' : `   (${look})`}`;
}
