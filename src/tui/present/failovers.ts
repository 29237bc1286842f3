import type { Incident } from '../../core/health.ts';
import { INCIDENT_PROOF_MS } from '../../core/incident-end.ts';
import { targetName } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import type { Facts } from '../feed/facts.ts';
import { foreign, span } from './line.ts';
import type { Column } from './table.ts';
import { age, count, faultWord, latency, timeOfDay } from './words.ts';

// More would be counted ten times a second for nothing.
const LOOKED_AT = 200;

/** The columns of the failovers panel: one row per incident, ages as of `now`. */
export function failoverColumns(now: number): readonly Column<Incident>[] {
  return [
    { title: 'FAILOVERS', width: 9, cell: ({ from }) => span(timeOfDay(from)) },
    { title: 'lasted', width: 11, cell: (incident) => lasted(incident, now) },
    { title: 'from', width: 16, grow: 2, cell: ({ target }) => span(foreign(targetName(target))) },
    { title: 'because', width: 13, grow: 1, cell: ({ reason }) => span(faultWord(reason)) },
    { title: 'to', width: 14, grow: 2, drop: 2, cell: ({ to }) => span(destinations(to)) },
    { title: 'rescued', width: 7, align: 'right', drop: 1, cell: ({ rescued }) => span(count(rescued)) },
    { title: 'lost', width: 4, align: 'right', drop: 1, cell: lostCell },
    { title: 'added', width: 6, align: 'right', drop: 3, cell: ({ addedMs }) => span(latency(addedMs)) },
  ];
}

/** What stands where no incident is; the header counts every request that the first target did not serve. */
export function failoversEmpty({ status }: Facts): string {
  return (status?.counters.failovers ?? 0) === 0
    ? 'none: every first target served'
    : 'none: no first target failed by itself';
}

/** Says of failures on purpose that they are counted and not listed; undefined where there were none lately. */
export function chaosNote(recent: readonly Trail[]): string | undefined {
  const latest = recent.slice(0, LOOKED_AT);
  const planned = latest.filter(isOnPurpose).length;
  if (planned === 0) return undefined;
  return `${count(planned)} of the last ${count(latest.length)} failed over because of gw chaos: not listed`;
}

/** An attempt failed on purpose, or a target was left alone for having done so. */
function isOnPurpose({ failover, attempts, plan }: Trail): boolean {
  if (!failover) return false;
  return (
    attempts.some(({ injected, fault }) => injected !== undefined && fault !== undefined) ||
    plan.some(({ skipped }) => skipped?.includes('gw chaos') === true)
  );
}

function lasted(incident: Incident, now: number) {
  const { from, last, over } = incident;
  if (over) return span(last === from ? '✓ once' : `✓ ${age(last - from)}`, 'dim');
  const failedAt = incident.failedAt ?? last;
  // Whether it fails still is known of one that failed again a moment ago.
  if (incident.servedAt === undefined && failedAt !== from && now - failedAt <= INCIDENT_PROOF_MS)
    return span(`▲ on ${age(now - from)}`, 'warn');
  return span(`▲ ${age(now - failedAt)} ago`, 'warn');
}

function lostCell({ lost }: Incident) {
  return span(count(lost), lost > 0 ? 'bad' : 'plain');
}

function destinations(to: Incident['to']): string {
  return Object.entries(to)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${foreign(name)} ×${times}`)
    .join(', ');
}
