import { encodeFrame } from './event-frame.ts';
import type { Framing, Part } from './script.ts';

/** One event of a stream. */
export interface Event {
  readonly part: Part;
  readonly value: unknown;
  /** The name of the event, in framings that have names. */
  readonly name?: string;
  /** Amazon's framing tells exceptions from events. */
  readonly exception?: boolean;
}

/** The events of a stream: what opens it, the tokens (each maybe several events), what closes it. */
export interface Timeline {
  readonly opening: readonly Event[];
  readonly tokens: readonly (readonly Event[])[];
  readonly closing: readonly Event[];
}

/** A timeline from events in order: each token takes along what comes before the next one. */
export function timelineOf(events: readonly Event[]): Timeline {
  const first = events.findIndex(({ part }) => part === 'token');
  if (first === -1) return { opening: events, tokens: [], closing: [] };
  const last = events.findLastIndex(({ part }) => part === 'token');
  const tokens: Event[][] = [];
  for (const event of events.slice(first, last + 1)) {
    if (event.part === 'token') tokens.push([event]);
    else tokens.at(-1)?.push(event);
  }
  return { opening: events.slice(0, first), tokens, closing: events.slice(last + 1) };
}

/** The event's bytes in a stream of this framing; `first` is true for the first one of an array. */
export function frameEvent(framing: Framing, event: Event, first: boolean, lineEnd = '\n'): Buffer {
  return frameText(framing, serialise(event.value), event, first, lineEnd);
}

/** The same for a text that need not be JSON. */
export function frameText(
  framing: Framing,
  text: string,
  { name, exception }: { readonly name?: string; readonly exception?: boolean },
  first: boolean,
  lineEnd = '\n',
): Buffer {
  switch (framing) {
    case 'sse': {
      const title = name === undefined ? '' : `event: ${name}${lineEnd}`;
      return Buffer.from(`${title}data: ${text}${lineEnd}${lineEnd}`);
    }
    case 'ndjson':
      return Buffer.from(`${text}\n`);
    case 'array':
      return Buffer.from(`${first ? '[' : ',\r\n'}${text}`);
    case 'frames':
      return encodeFrame(name ?? 'unknown', Buffer.from(text), exception === true);
  }
}

// Numbers that JSON.stringify cannot write: 1e400 is Infinity to JSON.parse; the integer is more than a double holds.
const RAW_NUMBERS = ['1e400', '99999999999999999999'] as const;

/** JSON text, with the numbers in it that JavaScript does not have. */
export function serialise(value: unknown): string {
  let text = JSON.stringify(value);
  for (const raw of RAW_NUMBERS) text = text.replaceAll(`"@${raw}@"`, raw);
  return text;
}

/** The same usage object with figures that are negative, infinite, no number, too large. */
export function junkFigures(usage: unknown): unknown {
  const junk: readonly unknown[] = [-7, '@1e400@', 'NaN', null];
  let seen = 0;
  return JSON.parse(JSON.stringify(usage), (_key, value: unknown) =>
    typeof value === 'number' ? (seen < junk.length ? junk[seen++] : '@99999999999999999999@') : value,
  );
}
