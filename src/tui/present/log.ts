import type { LogEntry } from '../../control/index.ts';
import type { LogLevel } from '../../core/ports.ts';
import { foreign, span, type Tone } from './line.ts';
import type { Column } from './table.ts';
import { timeOfDay } from './words.ts';

const LEVELS: Readonly<Record<LogLevel, { readonly word: string; readonly tone: Tone }>> = {
  debug: { word: '· debug', tone: 'dim' },
  info: { word: '  info', tone: 'plain' },
  warn: { word: '▲ warn', tone: 'warn' },
  error: { word: '✗ error', tone: 'bad' },
};

/** The columns of the log. */
export function logColumns(): readonly Column<LogEntry>[] {
  return [
    { title: 'LOG', width: 8, cell: ({ at }) => span(at === 0 ? '–' : timeOfDay(at)) },
    { title: 'level', width: 7, cell: ({ level }) => span(LEVELS[level].word, LEVELS[level].tone) },
    { title: 'event', width: 22, cell: ({ event, level }) => span(foreign(event), LEVELS[level].tone) },
    { title: 'what', width: 20, grow: 1, cell: (entry) => span(foreign(fieldsText(entry))) },
  ];
}

/** The line as it is searched. */
export function logText(entry: LogEntry): string {
  return `${entry.level} ${entry.event} ${fieldsText(entry)}`;
}

/** One record in full: a line for each field, a stack on lines of its own. */
export function logRecordLines({ at, level, event, fields }: LogEntry): readonly string[] {
  return [
    `at     ${at === 0 ? 'not known: written by Node.js itself' : new Date(at).toISOString()}`,
    `level  ${level}`,
    `event  ${event}`,
    '',
    ...Object.entries(fields).flatMap(([name, value]) => {
      const [first = '', ...others] = valueText(value).split('\n');
      return [`${name} = ${first}`, ...others.map((line) => `  ${line}`)];
    }),
  ];
}

function fieldsText({ fields }: LogEntry): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}
