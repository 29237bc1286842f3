import type { Incident } from '../../core/health.ts';
import { INCIDENT_PROOF_MS } from '../../core/incident-end.ts';
import { targetName } from '../../core/target.ts';
import { formatDuration } from '../../lib/duration.ts';
import { formatTable } from '../table.ts';
import { type Layout, wrap } from './lines.ts';
import { formatDay, formatTime, keyWord, listed, SHORT_FAULTS } from './words.ts';

/** A table of incidents, then a sentence about each. */
export function incidentLines(incidents: readonly Incident[], layout: Layout, now: number): string[] {
  const { style, width } = layout;
  const rows = incidents.map((incident, index) => [
    String(index + 1),
    `${day(incident.from, now)}${formatTime(incident.from)}`,
    { text: lasted(incident, now), paint: incident.over ? style.reset : style.red },
    targetName(incident.target),
    SHORT_FAULTS[incident.reason],
    String(incident.rescued),
    incident.lost === 0 ? '0' : { text: String(incident.lost), paint: style.red },
  ]);
  const columns = [
    { title: '#', align: 'right' as const },
    { title: 'BEGAN' },
    { title: 'LASTED' },
    { title: 'TARGET', shrinkTo: 12 },
    { title: 'REASON', shrinkTo: 10 },
    { title: 'RESCUED', align: 'right' as const },
    { title: 'LOST', align: 'right' as const },
  ];
  const table = formatTable(columns, rows, { width, paintTitle: style.dim });
  return [
    ...table.split('\n'),
    '',
    ...incidents.flatMap((incident, index) =>
      wrap(incidentSentence(incident, now), width, `${String(index + 1).padStart(2)} `),
    ),
  ];
}

/** What happened, as a sentence. */
export function incidentSentence(incident: Incident, now: number): string {
  const { target, from, last, over, message } = incident;
  const time = over ? failedWhen(from, last) : failsSince(incident, now);
  return `${targetName(target)} (${keyWord(target)}) ${time}: ${message.replace(/\.$/, '')}. ${outcomeOf(incident)}`;
}

function failedWhen(from: number, last: number): string {
  if (last === from) return `failed once, at ${formatTime(from)}`;
  return `failed for ${formatDuration(last - from)} from ${formatTime(from)}`;
}

/** One that was not asked since its last failure may be well again: nobody knows. */
function failsSince(incident: Incident, now: number): string {
  const { from, servedAt } = incident;
  const failedAt = lastFailure(incident);
  const since = failedAt === from ? 'failed once' : `has failed since ${formatTime(from)}`;
  if (servedAt !== undefined)
    return `${since}, last at ${formatTime(failedAt)}, and answered again at ${formatTime(servedAt)}`;
  if (isFailing(incident, now)) return `has been failing since ${formatTime(from)}`;
  return failedAt === from
    ? `failed once, at ${formatTime(failedAt)}, and was not asked since`
    : `${since}; it last failed at ${formatTime(failedAt)} and was not asked since`;
}

/** Again and again, and just now. */
function isFailing(incident: Incident, now: number): boolean {
  const failedAt = lastFailure(incident);
  return incident.from !== failedAt && now - failedAt <= INCIDENT_PROOF_MS;
}

function lastFailure({ failedAt, last }: Incident): number {
  return failedAt ?? last;
}

function lasted(incident: Incident, now: number): string {
  const { over, from, last, servedAt } = incident;
  if (over) return last === from ? 'once' : formatDuration(last - from);
  if (servedAt !== undefined) return 'answers again';
  return isFailing(incident, now) ? 'running' : 'not asked since';
}

function outcomeOf({ rescued, lost, to, addedMs }: Incident): string {
  const stands = Object.entries(to).sort(([, a], [, b]) => b - a);
  const names = listed(stands.map(([name, count]) => (stands.length === 1 ? name : `${name} (${count})`)));
  const cost = addedMs === undefined ? '' : ` (typically ${formatDuration(addedMs)} later)`;
  const saved = rescued === 0 ? [] : [`${requests(rescued)} served by ${names} instead${cost}`];
  const missed = lost === 0 ? [] : [`${requests(lost)} served by nobody`];
  if (rescued + lost === 0) return 'No caller waited for the end of it.';
  return `${[...saved, ...missed].join('; ')}.`;
}

function requests(count: number): string {
  return count === 1 ? '1 request was' : `${count} requests were`;
}

function day(at: number, now: number): string {
  return formatDay(at) === formatDay(now) ? '' : `${formatDay(at)} `;
}
