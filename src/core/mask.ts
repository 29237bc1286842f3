import { isObject, isString, parseJson } from '../lib/expect.ts';
import { replaceSpans, type Span } from '../lib/replace-spans.ts';
import { SseReader } from '../lib/sse.ts';

/** What is hidden, and what stands in its place. Patterns are global and see one character for each byte (Latin-1). */
export interface MaskRule {
  readonly pattern: RegExp;
  readonly shown: string;
}

/** Shorter values are words that a conversation may well contain by itself. */
const SHORTEST_SECRET = 8;

/** Rules that hide these values: as they are, escaped as JSON, addresses and HTML do, in hex and inside of base64. */
export function secretRules(secrets: Iterable<string>): readonly MaskRule[] {
  // The longest first: one may be the beginning of another.
  const wanted = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET);
  return wanted
    .toSorted((a, b) => b.length - a.length)
    .flatMap((secret) => [
      { pattern: new RegExp(escapedForms(secret), 'g'), shown: '[secret]' },
      { pattern: new RegExp(Buffer.from(secret).toString('hex'), 'gi'), shown: '[secret]' },
      { pattern: new RegExp(base64Forms(secret).join('|'), 'g'), shown: '[secret]' },
    ]);
}

/** Each byte as itself or as an escape of it: escapes may be mixed, and encoded twice. */
function escapedForms(secret: string): string {
  return [...Buffer.from(secret)]
    .map((byte) => {
      const own = literal(String.fromCharCode(byte));
      const hex = byte.toString(16).padStart(2, '0');
      const anyCase = hex.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
      return `(?:\\\\*${own}|%(?:25)*${anyCase}|\\\\+u00${anyCase}|&#(?:x0*${anyCase}|0*${byte});)`;
    })
    .join('');
}

/** Inside of a longer base64 text a value has one of three forms; what its neighbours have a part in is left away. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const shared = (before + bytes.length) % 3;
    const core = text.replace(/=+$/, '').slice([0, 2, 3][before], shared === 0 ? undefined : -1);
    const pattern = core.replaceAll(/[+/]/g, base64Character);
    // Two more characters and the padding may hold the rest of it.
    return `${pattern}(?:[A-Za-z0-9+/_-]{0,2}={0,2})`;
  });
}

function base64Character(one: string): string {
  return one === '+' ? '(?:[+-]|%2[Bb])' : '(?:\\\\*/|_|%2[Ff])';
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

/** The text with what the rules hide replaced. */
export function maskText(text: string, rules: readonly MaskRule[]): string {
  const [masked = Buffer.alloc(0)] = maskPieces([Buffer.from(text)], rules);
  return masked.toString('utf8');
}

/** The same for bytes that came in pieces: also what lies across two, or is spread over a stream's events. */
export function maskPieces(pieces: readonly Buffer[], rules: readonly MaskRule[]): readonly Buffer[] {
  let masked = pieces;
  for (const rule of rules) {
    masked = replaceSpans(masked, spansOf(Buffer.concat(masked).toString('latin1'), rule));
  }
  return maskSpread(masked, rules);
}

/** True where something that a rule hides is still there. */
export function shows(pieces: readonly Buffer[], rules: readonly MaskRule[]): boolean {
  const text = Buffer.concat(pieces).toString('latin1');
  if (rules.some(({ pattern }) => text.search(pattern) !== -1)) return true;
  return [...threadsOf(eventsOf(pieces))].some(([, thread]) => {
    const whole = thread.map(({ text: part }) => part).join('');
    return rules.some(({ pattern }) => whole.search(pattern) !== -1);
  });
}

function spansOf(text: string, { pattern, shown }: MaskRule): Span[] {
  return [...text.matchAll(pattern)]
    .filter(([found]) => found !== '')
    .map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      // `$1` in what is shown keeps a part of what was found.
      text: shown.replaceAll(/\$(\d)/g, (_, index: string) => match[Number(index)] ?? ''),
    }));
}

/** An event of a stream that is JSON, and where its bytes are. */
interface StreamEvent {
  readonly start: number;
  readonly raw: Buffer;
  readonly data: string;
  value: unknown;
  changed: boolean;
}

/** A text of an event: one part of what grows over the whole stream. */
interface Part {
  readonly event: StreamEvent;
  readonly path: readonly (string | number)[];
  text: string;
}

/** A stream's words come in pieces of a few letters: what they spell together counts as well. */
function maskSpread(pieces: readonly Buffer[], rules: readonly MaskRule[]): readonly Buffer[] {
  const events = eventsOf(pieces);
  if (events.length < 2) return pieces;
  for (const parts of threadsOf(events).values()) maskThread(parts, rules);
  const spans = events.flatMap(({ changed, start, raw, data, value }) => {
    if (!changed) return [];
    const text = raw.toString('utf8').replace(data, () => JSON.stringify(value));
    return [{ start, end: start + raw.length, text: Buffer.from(text).toString('latin1') }];
  });
  return replaceSpans(pieces, spans);
}

function eventsOf(pieces: readonly Buffer[]): StreamEvent[] {
  const reader = new SseReader();
  const events: StreamEvent[] = [];
  let start = 0;
  for (const { raw, data } of pieces.flatMap((piece) => reader.push(piece))) {
    const value = data === undefined ? undefined : parseJson(data);
    if (data !== undefined && isObject(value)) events.push({ start, raw, data, value, changed: false });
    start += raw.length;
  }
  return events;
}

function threadsOf(events: readonly StreamEvent[]): Map<string, Part[]> {
  const threads = new Map<string, Part[]>();
  for (const event of events) {
    for (const part of partsOf(event, event.value, [])) {
      const name = part.path.join('\n');
      const thread = threads.get(name);
      if (thread) thread.push(part);
      else threads.set(name, [part]);
    }
  }
  return threads;
}

function partsOf(event: StreamEvent, value: unknown, path: readonly (string | number)[]): Part[] {
  if (isString(value)) return [{ event, path, text: Buffer.from(value).toString('latin1') }];
  if (Array.isArray(value)) return value.flatMap((item, index) => partsOf(event, item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => partsOf(event, item, [...path, name]));
}

function maskThread(parts: readonly Part[], rules: readonly MaskRule[]): void {
  for (const rule of rules) {
    const texts = parts.map(({ text }) => Buffer.from(text, 'latin1'));
    const spans = spansOf(Buffer.concat(texts).toString('latin1'), rule);
    if (spans.length === 0) continue;
    for (const [index, masked] of replaceSpans(texts, spans).entries()) {
      const part = parts[index];
      if (!part || masked.equals(texts[index] ?? masked)) continue;
      part.text = masked.toString('latin1');
      part.event.value = withText(part.event.value, part.path, masked.toString('utf8'));
      part.event.changed = true;
    }
  }
}

function withText(value: unknown, [step, ...rest]: readonly (string | number)[], text: string): unknown {
  if (step === undefined) return text;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === step ? withText(item, rest, text) : item));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === step ? withText(item, rest, text) : item]),
  );
}
