import type { LogEntry } from '../control/index.ts';
import type { LogLevel } from '../core/ports.ts';
import { field, isObject, numberField, parseJson, stringField } from '../lib/expect.ts';
import { terminalSafe } from '../lib/terminal-safe.ts';

/** One line of the log. */
export interface LogRecord {
  readonly at: number;
  readonly level: LogLevel;
  /** `<noun>-<what-happened>`. */
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Levels by weight. */
export const LOG_LEVELS = { debug: 0, info: 1, warn: 2, error: 3 } as const satisfies Record<
  LogLevel,
  number
>;

// Keys as vendors shape them, and whatever follows `Bearer`. Nothing should log one; a stack trace or a provider's
// own message might.
const KEY_SHAPES =
  /\b(Bearer\s+)\S{8,}|\b(?:sk|rk|pk|gsk|xai|csk|fw|key|pplx|hf|nvapi)[-_][\w-]{12,}|\bAIza[\w-]{20,}/g;

/** The line as it is written: time, level, event, then the fields; no credential, no line end. */
export function encodeLogRecord(record: LogRecord): string {
  const { at, level, event, fields } = record;
  const text = JSON.stringify({ at: new Date(at).toISOString(), level, event, ...fields }, plainValue);
  return text.replace(KEY_SHAPES, (_, bearer: string | undefined) => `${bearer ?? ''}[secret]`);
}

/** Reads a line back; undefined for lines that are not ours (what Node.js itself prints when it crashes). */
export function decodeLogRecord(line: string): LogRecord | undefined {
  const parsed = parseJson(line);
  const level = stringField(parsed, 'level');
  const event = stringField(parsed, 'event');
  if (!isObject(parsed) || event === undefined || !isLevel(level)) return undefined;
  const { at, level: _level, event: _event, ...fields } = parsed;
  return { at: typeof at === 'string' ? Date.parse(at) : Number.NaN, level, event, fields };
}

/** A line as viewers get it. What Node.js wrote on its way down is an error without a time of its own. */
export function logEntry(line: string): LogEntry {
  const record = decodeLogRecord(line);
  if (record === undefined) return { at: 0, level: 'error', event: 'text-printed', fields: { text: line } };
  return Number.isNaN(record.at) ? { ...record, at: 0 } : record;
}

/** The line for a person: local time, level, event, `name=value`; the stack of an error on lines of its own. */
export function readableLogLine(record: LogRecord): string {
  const { stack, ...fields } = record.fields;
  const values = Object.entries(fields).map(
    ([name, value]) => `${terminalSafe(name)}=${readableValue(value)}`,
  );
  const first = [clockTime(record.at), record.level.padEnd(5), terminalSafe(record.event), ...values].join(
    ' ',
  );
  if (typeof stack !== 'string') return first;
  return [first, ...stack.split('\n').map((line) => `    ${terminalSafe(line)}`)].join('\n');
}

/** True for the name of a level. */
export function isLevel(text: string | undefined): text is LogLevel {
  return text !== undefined && Object.hasOwn(LOG_LEVELS, text);
}

/** Errors have no fields of their own that JSON would show. */
function plainValue(_name: string, value: unknown): unknown {
  if (!(value instanceof Error)) return typeof value === 'bigint' ? String(value) : value;
  const code = field(value, 'code') ?? numberField(value, 'errno');
  return code === undefined ? { message: value.message } : { message: value.message, code };
}

function readableValue(value: unknown): string {
  if (typeof value === 'string')
    return /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(terminalSafe(value));
  return terminalSafe(JSON.stringify(value) ?? 'undefined');
}

function clockTime(at: number): string {
  if (Number.isNaN(at)) return '--:--:--.---';
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
