import type { Miss, Played } from '../../cassette/index.ts';
import type { RecordingView } from '../../core/cassette.ts';
import { formatDuration } from '../../lib/duration.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Recorded } from './recorder.ts';

const SHOWN = 10;

/** What came of a recording, for a person. */
export function recordedLines(recorded: Recorded, file: string): string[] {
  const { exchanges, bytes, faults, leftOut, lost, asBefore } = recorded;
  const failed = Object.entries(faults).map(([name, count]) => `${count} ${FAULT_WORDS[name] ?? name}`);
  const kinds = failed.length === 0 ? '' : ` (${failed.join(', ')})`;
  const lines = [
    exchanges === 0
      ? `Nothing was recorded${asBefore ? `, so ${terminalSafe(file)} is as it was` : ''}.`
      : `${counted(exchanges, 'exchange')}${kinds} in ${terminalSafe(file)}, ${kilobytes(bytes)}`,
  ];
  if (lost !== undefined) lines.push(`▲ The recording ended early: ${terminalSafe(lost)}.`);
  for (const { path, why } of leftOut.slice(0, SHOWN)) {
    lines.push(`▲ Not in it: ${terminalSafe(path)}, because ${terminalSafe(why)}.`);
  }
  if (leftOut.length > SHOWN) lines.push(`▲ … and ${leftOut.length - SHOWN} more are not in it.`);
  if (exchanges > 0) {
    lines.push(
      '  Keys, accounts and mail addresses are taken out; prompts and answers are in it: read it before you commit it.',
    );
  }
  return lines;
}

const FAULT_WORDS: Readonly<Record<string, string>> = {
  status: 'with an error status',
  closed: 'cut off',
  reset: 'reset',
  gone: 'given up by the caller',
};

/** `recording checkout (what one command asks): 14 exchanges in 3m12s; gw record stop ends it`. */
export function recordingSentence(view: RecordingView, now: number): string {
  const { name, startedAt, taken, leftOut, marked, route, client } = view;
  const which = [
    marked ? 'what one command asks' : 'everything that is asked',
    ...(route === undefined ? [] : [`by route ${terminalSafe(route)}`]),
    ...(client === undefined ? [] : [`of clients ${terminalSafe(client)}*`]),
  ].join(', ');
  const missing = leftOut === 0 ? '' : `, ${leftOut} left out`;
  const span = formatDuration(Math.max(0, now - startedAt));
  return `recording ${terminalSafe(name)} (${which}): ${counted(taken, 'exchange')} in ${span}${missing}; gw record stop ends it`;
}

/** What was asked of a cassette, for a person. */
export function playedLines({ hits, misses, missed, unused }: Played, all: boolean): string[] {
  const lines = [
    `${counted(hits, 'answer')} from the cassette, ${counted(misses, 'miss', 'misses')}, ${unused.length} of its exchanges unused`,
  ];
  for (const miss of missed.slice(0, SHOWN)) lines.push(...missLines(miss));
  if (missed.length > 0 && misses > Math.min(missed.length, SHOWN))
    lines.push(`▲ … and ${misses - Math.min(missed.length, SHOWN)} more`);
  if (!all) return lines;
  for (const { number, method, url } of unused.slice(0, SHOWN)) {
    lines.push(`▲ unused: number ${number}, ${terminalSafe(`${method} ${url}`)}`);
  }
  return lines;
}

/** A request that was not recorded, and how it differs from the nearest that was. */
export function missLines({ method, url, why, passedOn }: Miss): string[] {
  const [first = '', ...rest] = why.split('\n').map((line) => terminalSafe(line));
  return [
    `▲ ${passedOn ? 'passed on' : 'missed'}: ${terminalSafe(`${method} ${url}`)}: ${first}`,
    ...rest.map((line) => `  ${line}`),
  ];
}

/** What to type so that this request has an answer. */
export function missFix(
  { name, words }: { readonly name: string; readonly words: readonly string[] },
  is: 'miss' | 'used-up',
): string {
  const cassette = shellWord(name);
  const command = words.length === 0 ? 'COMMAND' : words.map(shellWord).join(' ');
  return is === 'used-up'
    ? `fix: leave out --strict to get its last answer again, or record anew: gw record ${cassette} --overwrite -- ${command}`
    : `fix: gw record ${cassette} --append -- ${command} (or gw replay ${cassette} --record-new -- ${command})`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function kilobytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1024))} KB`;
}
