import { type Filter, NO_FILTER, parseFilter } from '../../core/filter.ts';
import type { TrailOutcome } from '../../core/trail.ts';
import { parseDuration } from '../../lib/duration.ts';
import { nearest } from '../../lib/nearest.ts';
import type { TrailFilter } from '../../store/index.ts';
import type { CommandOption, Input } from '../command.ts';
import { CommandError, EXIT } from '../error.ts';

const OUTCOMES: readonly TrailOutcome[] = ['served', 'failed', 'cut', 'gone'];

/** Which exchanges to look at, as options of a command. */
export const FILTER_OPTIONS: readonly CommandOption[] = [
  {
    flags: '--filter <text>',
    summary: "in the dashboard's own words: 'status:>=400 !client:aider' (gw help filter)",
  },
  { flags: '--since <time>', summary: 'that began in the last 10m, 2h, 3d, or since a date' },
  { flags: '--provider <name>', summary: 'for which this provider was asked' },
  { flags: '--model <name>', summary: "that asked for this model or were served by it ('gpt-*')" },
  { flags: '--route <name>', summary: 'that took this route' },
  { flags: '--client <name>', summary: 'that came from this client' },
  { flags: '--status <code>', summary: 'that ended with this status: 429, 5xx' },
  { flags: '--outcome <outcome>', summary: `that ended so: ${OUTCOMES.join(', ')}` },
  { flags: '--failed', summary: 'that the caller got no whole answer to (failed or cut)' },
  { flags: '--failover', summary: 'that another target than the first served' },
  { flags: '--text <text>', summary: 'whose trail has this text anywhere' },
  { flags: '--rehearsals', summary: "gw's own tests too" },
];

/** Reads the options; throws a usage error for one that cannot be understood. */
export function readFilter(input: Input, now: number): TrailFilter {
  const outcome = readOutcomes(input);
  return {
    ...optional('since', readSince(input.text('since'), now)),
    ...optional('provider', input.text('provider')),
    ...optional('model', input.text('model')),
    ...optional('route', input.text('route')),
    ...optional('client', input.text('client')),
    ...optional('text', input.text('text')),
    ...optional('status', readStatus(input.text('status'))),
    ...(outcome.length === 0 ? {} : { outcome }),
    ...(input.flag('failover') ? { failover: true } : {}),
    ...(input.flag('rehearsals') ? { rehearsals: true } : {}),
  };
}

/** Reads `--filter`; accepts everything without it. */
export function readWords(input: Input): Filter {
  const filter = parseFilter(input.text('filter') ?? '');
  if (filter.is === 'ok') return filter.value;
  const { what, expected } = filter.fault;
  throw usage(what, expected, 'gw help filter');
}

/** Whether `--filter` narrows anything at all. */
export function narrows(filter: Filter): boolean {
  return filter.text !== NO_FILTER.text;
}

/** A moment: how long ago (`10m`), or a date. */
export function readSince(
  text: string | undefined,
  now: number,
  help = 'gw requests --help',
): number | undefined {
  if (text === undefined) return undefined;
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(date)) return date;
  throw usage(`"${text}" is no time`, 'a duration like 10m, 2h or 3d, or a date like 2026-05-31T22:00', help);
}

/** A whole number of at least one. */
export function readLimit(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usage(`"${text}" is no number of rows`, 'a whole number from 1');
  return Number(text);
}

function readStatus(text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  if (/^[1-5]xx$/i.test(text)) {
    const first = Number(text[0]) * 100;
    return [first, first + 99];
  }
  if (/^[1-5]\d\d$/.test(text)) return [Number(text), Number(text)];
  throw usage(`"${text}" is no status`, 'a status like 429, or a class like 5xx');
}

function readOutcomes(input: Input): readonly TrailOutcome[] {
  const text = input.text('outcome');
  if (text === undefined) return input.flag('failed') ? ['failed', 'cut'] : [];
  const outcome = OUTCOMES.find((known) => known === text);
  if (outcome === undefined) {
    const close = nearest(text, OUTCOMES);
    throw usage(`"${text}" is no outcome`, `one of ${OUTCOMES.join(', ')}${close ? ` (${close}?)` : ''}`);
  }
  return input.flag('failed') ? [...new Set<TrailOutcome>([outcome, 'failed', 'cut'])] : [outcome];
}

function usage(what: string, expected: string, help = 'gw requests --help'): CommandError {
  return new CommandError(what, { why: `expected ${expected}`, fix: help, exit: EXIT.usage });
}

function optional<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } | object {
  return value === undefined ? {} : { [name]: value };
}
