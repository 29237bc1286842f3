import type { Facts } from '../feed/facts.ts';
import { foreign } from './line.ts';
import { age, count } from './words.ts';

/** What is left on the screen after the dashboard closed: plain lines. */
export function summaryLines({ link, status, tally }: Facts, watchedMs: number): readonly string[] {
  const { ended, served, failovers, failed } = tally;
  return [
    link.is === 'live' && status !== undefined
      ? `Dashboard closed; gw keeps running at ${foreign(status.address)}.`
      : 'Dashboard closed; the daemon was not running (start it: gw start).',
    ended === 0
      ? `In ${age(watchedMs)} no request ended.`
      : `In ${age(watchedMs)}: ${count(ended)} ${ended === 1 ? 'request' : 'requests'}, ${count(served)} served, ` +
        `${count(failovers)} by failover, ${count(failed)} failed.`,
    'One request: gw why <id>   ·   look again: gw dash   ·   stop the daemon: gw stop',
  ];
}
