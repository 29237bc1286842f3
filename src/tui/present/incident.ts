import { FAULTS } from '../../core/fault.ts';
import type { Incident } from '../../core/health.ts';
import { INCIDENT_PROOF_MS } from '../../core/incident-end.ts';
import { targetName } from '../../core/target.ts';
import { foreign, type Line, span, wrapText } from './line.ts';
import { age, count, faultWord, latency, timeOfDay } from './words.ts';

/** One incident in words: what failed and why, who stood in, what it cost. */
export function incidentLines(incident: Incident, columns: number, now: number): readonly Line[] {
  const { target, reason, message, from, last, over, rescued, lost, addedMs } = incident;
  const state = over ? overWords(from, last) : stateOf(incident, now);
  const helpers = Object.entries(incident.to).sort(([, a], [, b]) => b - a);
  const stoodIn = helpers.map(([name, times]) => `${foreign(name)} (${count(times)})`).join(', ');
  const came = [
    `${count(rescued)} rescued${stoodIn === '' ? '' : ` by ${stoodIn}`}`,
    `${count(lost)} lost`,
    ...(addedMs === undefined ? [] : [`${latency(addedMs)} added to the median one`]),
  ];
  return [
    [
      span(foreign(targetName(target)), 'heading'),
      span(`   ${over ? '✓' : '▲'} ${state}`, over ? 'dim' : 'warn'),
    ],
    [span(`since ${timeOfDay(from)}, last seen ${timeOfDay(last)}, key ${foreign(target.key)}`, 'dim')],
    [span(`${faultWord(reason)}: ${FAULTS[reason].sentence}`, 'warn')],
    ...wrapText(foreign(message), columns)
      .slice(0, 2)
      .map((text) => [span(text)]),
    [span(came.join(', '), lost > 0 ? 'bad' : 'plain')],
  ];
}

function overWords(from: number, last: number): string {
  return last === from ? 'failed once, and is over' : `over after ${age(last - from)}`;
}

/** One that was not asked since its last failure may be well again: nobody knows. */
function stateOf({ from, last, failedAt = last, servedAt }: Incident, now: number): string {
  if (servedAt !== undefined)
    return `last failed ${timeOfDay(failedAt)}, answered again ${timeOfDay(servedAt)}`;
  if (failedAt !== from && now - failedAt <= INCIDENT_PROOF_MS) return `going on for ${age(now - from)}`;
  return `last failed ${timeOfDay(failedAt)}, not asked since`;
}
