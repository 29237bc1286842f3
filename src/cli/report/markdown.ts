import type { Status } from '../../control/index.ts';
import type { FaultCode } from '../../core/fault.ts';
import type { Incident, TargetHealth } from '../../core/health.ts';
import { targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Findings } from './gather.ts';

const MESSAGE_LENGTH = 200;

/** A report as Markdown: what happened, to whom, and what each provider said, with the ids it gave. */
export function renderReport(findings: Findings, version: string): string {
  const { question, counts, incidents, status } = findings;
  const about = question.provider === undefined ? '' : ` about ${safe(question.provider)}`;
  const { requests, served, failed, cut, gone, failovers } = counts;
  return [
    `# gw report${about}`,
    `${moment(question.since)} to ${moment(question.until)} · gw ${version} · Node.js ${process.versions.node} · ${process.platform}`,
    `${requests} requests: ${served} served (${failovers} by another target than the first), ${failed} failed, ${cut} cut off, ${gone} hung up on.`,
    ...section(
      'Incidents',
      incidents.length === 0 ? 'None.' : table(INCIDENT_TITLES, incidents.map(incidentRow)),
    ),
    ...(status === undefined || question.provider !== undefined
      ? []
      : section('Targets now', table(TARGET_TITLES, targetRows(status)))),
    ...section(troubledTitle(findings), stories(findings.troubled, question.provider)),
    ...section('The slowest that were served', stories(findings.slowest, question.provider)),
    ...(findings.log.length === 0 ? [] : section('Warnings and errors of gw itself', code(findings.log))),
    'Keys, tokens, account names, mail addresses, sessions and everything that was said are left out.',
  ].join('\n\n');
}

const INCIDENT_TITLES = ['from', 'lasted', 'target', 'because', 'it said', 'rescued', 'lost'];
const TARGET_TITLES = ['target', 'breaker', 'cooldown', 'attempts', 'failed', 'p95, 5 min'];

function incidentRow({ from, last, over, target, reason, message, rescued, lost }: Incident): string[] {
  const lasted = `${last === from ? 'once' : formatDuration(last - from)}${over ? '' : ', not over'}`;
  return [moment(from), lasted, name(target), word(reason), short(message), String(rescued), String(lost)];
}

function targetRows({ providers }: Status): string[][] {
  return providers.flatMap(({ enabled, targets }) =>
    targets.map(({ target, breaker, cooldown, attempts, failures, recent }: TargetHealth) => [
      name(target),
      enabled ? breaker.is : 'paused',
      cooldown === undefined ? '' : word(cooldown.reason),
      String(attempts),
      String(failures),
      recent.p95 === undefined ? '' : formatDuration(recent.p95),
    ]),
  );
}

function troubledTitle({ troubled, troubledInAll }: Findings): string {
  if (troubledInAll === 0) return 'Requests with a failed attempt';
  if (troubled.length === troubledInAll) return `Requests with a failed attempt (${troubledInAll})`;
  return `Requests with a failed attempt (the last ${troubled.length} of ${troubledInAll})`;
}

function stories(trails: readonly Trail[], provider: string | undefined): string {
  return trails.length === 0 ? 'None.' : trails.map((trail) => story(trail, provider)).join('\n\n');
}

const ATTEMPT_TITLES = [
  'began at',
  'target',
  'took',
  'first content',
  'status',
  'fault',
  'its request id',
  'it said',
];

/** One exchange: a heading and a row for each attempt; others' attempts are nobody's business but ours. */
function story(trail: Trail, provider: string | undefined): string {
  const { id, at, asked, operation, stream, outcome, status, totalMs, client, attempts } = trail;
  const shown = attempts.filter(({ target }) => provider === undefined || target.provider === provider);
  const left = attempts.length - shown.length;
  const facts = [
    `\`${safe(id)}\``,
    new Date(at).toISOString(),
    safe(asked ?? operation) + (stream ? ', streamed' : ''),
    `${outcome} ${status === 0 ? '' : status}`.trim(),
    ...(totalMs === undefined ? [] : [formatDuration(totalMs)]),
    ...(provider === undefined ? [safe(client.name)] : []),
  ];
  const rows = table(ATTEMPT_TITLES, shown.map(attemptRow));
  return [facts.join(' · '), '', rows, ...(left === 0 ? [] : ['', `and ${left} at other providers`])].join(
    '\n',
  );
}

function attemptRow(attempt: Attempt): string[] {
  const { startMs, endMs, firstContentMs, target, status, fault, requestId, message } = attempt;
  return [
    formatDuration(startMs),
    name(target),
    endMs === undefined ? '' : formatDuration(endMs - startMs),
    firstContentMs === undefined ? '' : formatDuration(firstContentMs - startMs),
    status === undefined ? '' : String(status),
    fault === undefined ? '' : word(fault),
    requestId === undefined ? '' : `\`${safe(requestId)}\``,
    message === undefined ? '' : short(message),
  ];
}

function name(target: Attempt['target']): string {
  return safe(targetName(target));
}

/** The code, as the documentation lists it; what it means stands there. */
function word(code: FaultCode): string {
  return code.replace(/^upstream_/, '').replaceAll('_', ' ');
}

function short(text: string): string {
  const safely = safe(text);
  return safely.length > MESSAGE_LENGTH ? `${safely.slice(0, MESSAGE_LENGTH)}…` : safely;
}

function safe(text: string): string {
  return terminalSafe(text);
}

function moment(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19) + ' UTC';
}

function section(title: string, body: string): string[] {
  return [`## ${title}`, body];
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(titles), `|${titles.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function code(lines: readonly string[]): string {
  return ['```', ...lines.map((line) => line.replaceAll('```', "'''")), '```'].join('\n');
}
