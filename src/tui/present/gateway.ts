import type { Status, TelemetryView } from '../../control/index.ts';
import type { RecordingView } from '../../core/cassette.ts';
import type { LoadView } from '../../core/health.ts';
import type { Facts } from '../feed/facts.ts';
import { chaosSentence } from './chaos.ts';
import { fitText, flow, foreign, type Line, span, type Tone, wrapText } from './line.ts';
import { dollars } from './money.ts';
import { age, bytes, count } from './words.ts';

const LABEL_WIDTH = 12;
const BAR_WIDTH = 12;
// From here on the next ones will soon have to wait.
const NEARLY_FULL = 0.8;

/** gw itself: where it listens, how full it is, what it keeps and tells others, and what is to be done. */
export function gatewayLines({ status }: Facts, now: number, columns: number): readonly Line[] {
  if (status === undefined) return [[span('not known yet', 'dim')]];
  const room = columns - LABEL_WIDTH;
  return [
    ...doorLines(status, now, room),
    [],
    ...loadLines(status, room),
    ...labelled('cache', cacheGroups(status.cache), room),
    [],
    ...labelled('bodies', [[span(CAPTURED[status.capture ?? 'off'])]], room),
    ...recordingLines(status.recordings ?? [], now, room),
    ...telemetryLines(status.telemetry, room),
    [],
    ...toDoLines(status, now, room),
  ];
}

/** Where clients reach it, and who it is. */
function doorLines(status: Status, now: number, room: number): readonly Line[] {
  const { address, socket, version, pid, rssBytes, startedAt, profile, configPath, logPath } = status;
  return [
    ...labelled(
      'listens on',
      [
        [span(foreign(address), 'strong')],
        ...(socket === undefined ? [] : [pair('socket', foreign(socket))]),
      ],
      room,
    ),
    ...labelled(
      'runs',
      [
        pair('gw', foreign(version)),
        pair('for', age(now - startedAt)),
        pair('process', String(pid)),
        pair('memory', bytes(rssBytes)),
      ],
      room,
    ),
    ...labelled('profile', [[span(foreign(profile))], [span(foreign(configPath), 'dim')]], room),
    ...labelled('log', [[span(foreign(logPath), 'dim')]], room),
  ];
}

/** How many requests are under way where only so many may be, who waits, and who was turned away. */
function loadLines({ load, providers, counters }: Status, room: number): readonly Line[] {
  const bounded = providers.flatMap(({ name, load: own }) =>
    own === undefined ? [] : [{ name, load: own }],
  );
  const total = load ?? { inFlight: counters.live, queued: 0, refused: 0 };
  return [
    ...labelled('under way', loadGroups(total), room),
    ...bounded.flatMap(({ name, load: own }) => labelled(`  ${foreign(name)}`, loadGroups(own), room)),
  ];
}

function loadGroups({ inFlight, limit, queued, refused }: LoadView): readonly Line[] {
  const share = limit === undefined ? 0 : Math.min(1, inFlight / limit);
  const tone: Tone = share >= 1 ? 'bad' : share >= NEARLY_FULL ? 'warn' : 'good';
  const filled = inFlight === 0 ? 0 : Math.max(1, Math.floor(share * BAR_WIDTH));
  const bar: Line =
    limit === undefined
      ? [span(count(inFlight))]
      : [
          span('█'.repeat(filled), tone),
          span('░'.repeat(BAR_WIDTH - filled), 'dim'),
          span(` ${count(inFlight)} of ${count(limit)}`),
        ];
  return [
    bar,
    [span(`${count(queued)} waiting`, queued > 0 ? 'warn' : 'dim')],
    [span(`${count(refused)} turned away`, refused > 0 ? 'warn' : 'dim')],
  ];
}

/** Of how many requests an answer was there already. */
function cacheGroups(cache: Status['cache']): readonly Line[] {
  if (cache === undefined) return [[span('no request asked for one since the start', 'dim')]];
  const { hits, misses, coalesced, stale, savedUsd, kept } = cache;
  return [
    [span(`answered ${count(hits)} of ${count(hits + misses)}`)],
    ...(coalesced > 0 ? [[span(`${count(coalesced)} shared a call`)]] : []),
    [span(`${count(stale)} stale when all failed`, stale > 0 ? 'warn' : 'dim')],
    ...(savedUsd === undefined ? [] : [[span(`${dollars(savedUsd)} saved`)]]),
    ...(kept === undefined ? [] : [pair('in memory', `${count(kept.entries)}, ${bytes(kept.bytes)}`)]),
  ];
}

const CAPTURED = {
  off: 'not kept',
  errors: 'kept of requests in which something failed (--capture errors)',
  all: 'kept of all requests (--capture all)',
} as const;

/** What somebody writes into a file just now: prompts and answers are in it. */
function recordingLines(recordings: readonly RecordingView[], now: number, room: number): readonly Line[] {
  if (recordings.length === 0) return labelled('recording', [[span('none', 'dim')]], room);
  return recordings.flatMap((view, index) => {
    const { name, startedAt, taken, leftOut, route, client, marked } = view;
    const only = [
      ...(marked ? ['of one command'] : []),
      ...(route === undefined ? [] : [`of route ${foreign(route)}`]),
      ...(client === undefined ? [] : [`of clients ${foreign(client)}*`]),
    ];
    const left = leftOut === 0 ? '' : `, ${count(leftOut)} left out`;
    const groups: readonly Line[] = [
      [span(`● ${foreign(name)}`, 'warn')],
      [span(`for ${age(now - startedAt)}`)],
      [span(`${count(taken)} ${taken === 1 ? 'exchange' : 'exchanges'}${left}`)],
      [span(only.length === 0 ? 'of everybody' : only.join(' and '))],
      pair('end it:', 'gw record stop'),
    ];
    return labelled(index === 0 ? 'recording' : '', groups, room);
  });
}

/** Whether a collector of OpenTelemetry takes what it is sent. */
function telemetryLines(view: TelemetryView | undefined, room: number): readonly Line[] {
  if (view === undefined) return labelled('telemetry', [[span('nothing is sent', 'dim')]], room);
  const { traces, metrics, dropped, problem } = view;
  const state =
    problem === undefined ? span('✓ on', 'good') : span(`✗ not taken: ${foreign(problem)}`, 'bad');
  return labelled(
    'telemetry',
    [
      [state],
      ...(traces === undefined ? [] : [pair('traces to', foreign(traces))]),
      ...(metrics === undefined ? [] : [pair('metrics to', foreign(metrics))]),
      ...(dropped === 0 ? [] : [[span(`${count(dropped)} requests not told of`, 'warn')]]),
    ],
    room,
  );
}

/** Every problem with what helps; the header has room for one. */
function toDoLines({ problems, chaos = [] }: Status, now: number, room: number): readonly Line[] {
  const all = [
    ...chaos.map((view) => ({ message: chaosSentence([view], now) ?? '', fix: 'gw chaos stop' })),
    ...problems,
  ];
  if (all.length === 0) return labelled('to do', [[span('✓ nothing', 'good')]], room);
  return all.flatMap(({ message, fix }, index) => [
    ...wrapText(`▲ ${foreign(message)}`, room).map((text, at): Line => [
      label(index === 0 && at === 0 ? 'to do' : ''),
      span(text, 'warn'),
    ]),
    ...(fix === undefined
      ? []
      : wrapText(`fix: ${foreign(fix)}`, room - 2).map((text): Line => [label(''), span(`  ${text}`)])),
  ]);
}

function label(text: string): Line[number] {
  return span(fitText(text, LABEL_WIDTH), 'dim');
}

function labelled(name: string, groups: readonly Line[], room: number): readonly Line[] {
  return flow(groups, room).map((line, index) => [label(index === 0 ? name : ''), ...line]);
}

function pair(name: string, value: string): Line {
  return [span(`${name} `, 'dim'), span(value)];
}
