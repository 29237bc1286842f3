import type { Incident } from '../../core/health.ts';
import { targetName } from '../../core/target.ts';
import type { Facts } from '../feed/facts.ts';
import { foreign } from './line.ts';
import { age, count, faultWord } from './words.ts';

/** What is left on the screen after the dashboard closed: four plain lines. */
export function summaryLines(
  { link, status, tally, incidents }: Facts,
  { from, to }: { readonly from: number; readonly to: number },
): readonly string[] {
  const { ended, served, failovers, failed } = tally;
  const watched = age(to - from);
  return [
    link.is === 'live' && status !== undefined
      ? `Dashboard closed; gw keeps running at ${foreign(status.address)}.`
      : 'Dashboard closed; the daemon was not running (start it: gw start).',
    ended === 0
      ? `In ${watched} no request ended.`
      : `In ${watched}: ${count(ended)} ${ended === 1 ? 'request' : 'requests'}, ${count(served)} served, ` +
        `${count(failovers)} by failover, ${count(failed)} failed.`,
    troubleLine(incidents.filter(({ last }) => last >= from)),
    'One request: gw why <id>   ·   look again: gw dash   ·   stop the daemon: gw stop',
  ];
}

/** The incident that concerned the most requests, and how many others there were. */
function troubleLine(incidents: readonly Incident[]): string {
  const [worst, ...others] = [...incidents].sort((a, b) => weight(b) - weight(a));
  if (worst === undefined) return 'No target failed meanwhile.';
  const { target, reason, rescued, lost, over } = worst;
  const more = others.length === 0 ? '' : `; ${others.length} more: gw failovers`;
  return (
    `${foreign(targetName(target))}: ${faultWord(reason)}${over ? '' : ', still going on'}, ` +
    `${count(rescued)} rescued, ${count(lost)} lost${more}.`
  );
}

function weight({ rescued, lost }: Incident): number {
  return rescued + lost;
}
