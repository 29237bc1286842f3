import type { Status } from '../../control/index.ts';
import { chaosPlace } from '../../core/chaos.ts';
import { displayWidth } from '../../lib/display-width.ts';
import type { Facts } from '../feed/facts.ts';
import { budgetGroups } from './budgets.ts';
import { chaosSentence } from './chaos.ts';
import { fitText, foreign, joinFitting, type Line, type Span, span, spread, type Tone } from './line.ts';
import { TARGET_STATES, type TargetRow, targetRows } from './target-state.ts';
import { age, count, latency, percent, timeOfDay } from './words.ts';

/** More running exchanges than these are only counted. */
const LIVE_TOLD = 100;

interface Health {
  readonly symbol: string;
  readonly word: string;
  readonly tone: Tone;
}

/** First line: what gw is doing, where, for how long. */
export function identityLine(facts: Facts, now: number, columns: number): Line {
  const { status } = facts;
  const { symbol, word, tone } = overallHealth(facts);
  const name = span(status === undefined ? 'gw' : `gw ${foreign(status.version)}`, 'strong');
  const groups: Line[] = [[name], [span(`${symbol} ${word}`, tone)]];
  if (status !== undefined) {
    // Prompts are being written into a file.
    if (status.recordings !== undefined) groups.push([span('● recording', 'warn')]);
    groups.push([span(foreign(status.address))]);
    groups.push([span('profile ', 'dim'), span(foreign(status.profile))]);
    if (facts.link.is === 'live') groups.push([span('up ', 'dim'), span(age(now - status.startedAt))]);
  }
  const clock = span(timeOfDay(now), 'dim');
  return spread(joinFitting(groups, columns - 10), [clock], columns);
}

/** Second line: how much, how well, how fast. */
export function figuresLine({ status, live }: Facts, columns: number): Line {
  if (status === undefined) return [];
  const { counters, latency: times, load, cache } = status;
  const answered = counters.served + counters.failed + counters.cut;
  const failed = counters.failed + counters.cut;
  const waiting = [status, ...status.providers].reduce((sum, { load: full }) => sum + (full?.queued ?? 0), 0);
  return joinFitting(
    [
      figure(times.perMinute.toFixed(times.perMinute < 10 ? 1 : 0), 'req/min'),
      // The list is told ten times a second and the count once; the list is cut off at a hundred.
      figure(String(live.length < LIVE_TOLD ? live.length : counters.live), 'live'),
      ...(waiting === 0 ? [] : [figure(count(waiting), 'waiting', 'warn')]),
      figure(percent(counters.served, answered), 'served'),
      figure(count(counters.failovers), counters.failovers === 1 ? 'failover' : 'failovers'),
      figure(count(failed), 'failed', failed > 0 ? 'bad' : 'strong'),
      ...(load === undefined || load.refused === 0
        ? []
        : [figure(count(load.refused), 'turned away', 'warn')]),
      ...budgetGroups(status),
      ...(cache === undefined ? [] : [figure(percent(cache.hits, cache.hits + cache.misses), 'from cache')]),
      ...latencies(times),
    ],
    columns,
  );
}

/** Nothing at all while nothing was served lately: a row of dashes says less than no row. */
function latencies(times: Status['latency']): readonly Line[] {
  const { p50, p95, firstContentP50, firstContentP95 } = times;
  const pair = (label: string, middle: number, high: number | undefined): Line => [
    span(`${label} `, 'dim'),
    span(latency(middle)),
    span('  p95 ', 'dim'),
    span(latency(high)),
  ];
  return [
    ...(p50 === undefined ? [] : [pair('p50', p50, p95)]),
    ...(firstContentP50 === undefined ? [] : [pair('first token p50', firstContentP50, firstContentP95)]),
  ];
}

/** What a person should act on, most urgent first; undefined while there is nothing. */
export function bannerLine({ link, status }: Facts, now: number, columns: number): Line | undefined {
  if (link.is === 'waiting') {
    return withFix(span(`… waiting for the daemon (${age(now - link.since)})`, 'warn'), 'gw start', columns);
  }
  if (link.is === 'gone') {
    return withFix(span(`✗ daemon gone, waiting (${age(now - link.since)})`, 'bad'), 'gw start', columns);
  }
  const [first, ...others] = status?.problems ?? [];
  // What fails on purpose would be looked for everywhere else.
  const chaos = chaosSentence(status?.chaos ?? [], now);
  if (chaos !== undefined && status?.offline === undefined) {
    const problems =
      first === undefined
        ? ''
        : ` (and ${others.length + 1} ${others.length === 0 ? 'problem' : 'problems'}: 7)`;
    return withFix(span(`▲ ${chaos}${problems}`, 'warn'), 'gw chaos stop', columns);
  }
  if (first === undefined) return undefined;
  const more = others.length > 0 ? ` (and ${others.length} more: 7)` : '';
  const said = span(`▲ ${foreign(first.message)}${more}`, 'warn');
  return first.fix === undefined ? [said] : withFix(said, foreign(first.fix), columns);
}

/** What a demo has on, in its own words. */
export interface Scene {
  readonly text: string;
  /** Nothing is wrong in it. */
  readonly calm: boolean;
}

/** What a demo has on now. */
export function sceneLine({ text, calm }: Scene, columns: number): Line {
  return [span(fitText(`${calm ? '●' : '▲'} demo: ${text}`, columns), calm ? 'good' : 'warn')];
}

/** All of it in one line, for terminals too small for anything else. */
export function oneLine(facts: Facts, columns: number): Line {
  const { symbol, word, tone } = overallHealth(facts);
  const groups: Line[] = [[span(`gw ${symbol} ${word}`, tone)]];
  if (facts.status !== undefined) {
    const { counters, latency: times, chaos = [] } = facts.status;
    const [first] = chaos;
    if (first !== undefined) groups.push([span(`▲ chaos: ${foreign(chaosPlace(first))}`, 'warn')]);
    const answered = counters.served + counters.failed + counters.cut;
    groups.push(figure(percent(counters.served, answered), 'ok'));
    groups.push(figure(String(counters.live), 'live'));
    groups.push([span('p50 ', 'dim'), span(latency(times.p50))]);
  }
  groups.push([span('60×12 shows more', 'dim')]);
  return joinFitting(groups, columns, span('  '));
}

/** The one word for everything. */
export function overallHealth({ link, status }: Facts): Health {
  if (link.is === 'waiting') return { symbol: '…', word: 'waiting', tone: 'warn' };
  if (link.is === 'gone') return { symbol: '✗', word: 'daemon gone', tone: 'bad' };
  if (status === undefined) return { symbol: '…', word: 'connected', tone: 'plain' };
  if (status.draining) return { symbol: '‖', word: 'stopping', tone: 'warn' };
  if (status.offline !== undefined) return { symbol: '✗', word: 'OFFLINE', tone: 'bad' };
  return fromTargets(status);
}

function fromTargets(status: Status): Health {
  const rows = targetRows(status).filter(({ state }) => state !== 'disabled');
  const up = rows.filter(isUp).length;
  if (rows.length === 0) return { symbol: '○', word: 'no providers', tone: 'warn' };
  if (up === 0) return { symbol: '✗', word: 'nobody can serve', tone: 'bad' };
  if (up < rows.length) return { symbol: '▲', word: `${up} of ${rows.length} targets up`, tone: 'warn' };
  return { symbol: '●', word: 'all up', tone: 'good' };
}

function isUp({ state }: TargetRow): boolean {
  return TARGET_STATES[state].up;
}

function figure(value: string, unit: string, tone: Tone = 'strong'): Line {
  return [span(value, tone), span(` ${unit}`, 'dim')];
}

/** What happened may be cut; what to do about it may not. */
function withFix({ text, tone }: Span, command: string, columns: number): Line {
  const fix = `   fix: ${command}`;
  const room = Math.max(12, columns - displayWidth(fix));
  return [span(displayWidth(text) > room ? fitText(text, room) : text, tone), span(fix)];
}
