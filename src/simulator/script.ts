import { reframe } from './event-frame.ts';

/** How the events of a stream follow each other: server-sent, one per line, in an array, in Amazon's binary frames. */
export type Framing = 'sse' | 'ndjson' | 'array' | 'frames';

/** What a stretch of the body is, so that a fault can say "after the third event" or "before the end". */
export type Part = 'opening' | 'token' | 'closing' | 'finish' | 'usage' | 'done' | 'body' | 'noise';

/** One thing the simulator does to the caller's socket. */
export type Beat =
  /** Status line and headers; only the first `bytes` of them when given. */
  | { readonly is: 'head'; readonly bytes?: number }
  | { readonly is: 'bytes'; readonly bytes: Buffer; readonly part: Part }
  | { readonly is: 'wait'; readonly ms: number }
  /** Bytes outside of HTTP's framing. */
  | { readonly is: 'raw'; readonly bytes: Buffer }
  /** Nothing more, and the socket stays open until the caller gives up. */
  | { readonly is: 'stall' }
  | { readonly is: 'reset' }
  | { readonly is: 'fin' }
  /** The same bytes again and again, as fast as the caller reads them. */
  | { readonly is: 'endless'; readonly bytes: Buffer; readonly raw: boolean }
  /** The tidy end of the body. */
  | { readonly is: 'end' };

/** A whole answer as data. An answer maker writes it, faults change it, the player performs it. */
export interface Script {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Streams are one beat per event. */
  readonly body: Framing | 'whole';
  /** How the end of the body is told: chunks, content-length, or closing the connection. */
  readonly framing: 'chunked' | 'length' | 'close';
  readonly beats: readonly Beat[];
  /** Written to the socket by hand, because Node's server would refuse to send it like that. */
  readonly byHand?: boolean;
  /** After the tidy end: close the kept-alive connection when it was idle for so long. */
  readonly idleClose?: { readonly ms: number; readonly by: 'fin' | 'reset' };
}

export const PLACES = ['accept', 'head', 'headers', 'event', 'token', 'byte', 'finish', 'end'] as const;

/** Where in an answer something happens; `head`, `event`, `token` and `byte` count. */
export interface Place {
  readonly name: (typeof PLACES)[number];
  readonly count: number;
}

/** An answer in one piece, with its length declared. */
export function wholeScript(
  status: number,
  contentType: string,
  body: Buffer,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly waitMs?: number } = {},
): Script {
  const wait: Beat[] = more.waitMs ? [{ is: 'wait', ms: more.waitMs }] : [];
  return {
    status,
    headers: { 'content-type': contentType, 'content-length': String(body.length), ...more.headers },
    body: 'whole',
    framing: 'length',
    beats: [...wait, { is: 'head' }, { is: 'bytes', bytes: body, part: 'body' }, { is: 'end' }],
  };
}

/** A JSON answer in one piece. */
export function jsonScript(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Script {
  return wholeScript(status, 'application/json', Buffer.from(JSON.stringify(value)), { headers });
}

/** The same answer with another body: head and waits are kept, and the declared length is corrected. */
export function withBody(script: Script, body: Buffer, contentType?: string): Script {
  const headers: Record<string, string> = { ...script.headers, 'content-length': String(body.length) };
  if (contentType !== undefined) headers['content-type'] = contentType;
  return {
    ...script,
    headers,
    body: 'whole',
    framing: 'length',
    beats: [...upTo(script.beats, 'head'), { is: 'bytes', bytes: body, part: 'body' }, { is: 'end' }],
  };
}

/** The same answer with every stretch of its body rewritten. */
export function mapBody(script: Script, rewrite: (bytes: Buffer, part: Part) => Buffer): Script {
  // What is rewritten of a binary frame is what it carries; lengths and checksums stay right.
  const rewritten = (bytes: Buffer, part: Part): Buffer =>
    script.body === 'frames' ? reframe(bytes, (payload) => rewrite(payload, part)) : rewrite(bytes, part);
  const beats = script.beats.map((beat): Beat =>
    beat.is === 'bytes' ? { ...beat, bytes: rewritten(beat.bytes, beat.part) } : beat,
  );
  if (script.framing !== 'length') return { ...script, beats };
  const headers = { ...script.headers, 'content-length': String(bodyLength(beats)) };
  return { ...script, beats, headers };
}

/** Bytes of body in these beats. */
export function bodyLength(beats: readonly Beat[]): number {
  return beats.reduce((sum, beat) => sum + (beat.is === 'bytes' ? beat.bytes.length : 0), 0);
}

/** The beats before `place`, then `instead`; nothing after it happens. */
export function breakAt(script: Script, place: Place, instead: readonly Beat[]): Script {
  const byHand = script.byHand === true || place.name === 'head';
  return { ...script, byHand, beats: [...beatsBefore(script, place), ...instead] };
}

/** Puts beats in at `place`; the answer goes on after them. */
export function insertAt(script: Script, place: Place, added: readonly Beat[]): Script {
  const before = beatsBefore(script, place);
  const after = splitAfter(script.beats, before);
  const beats = [...before, ...added, ...after];
  if (script.framing !== 'length') return { ...script, beats };
  return { ...script, beats, headers: { ...script.headers, 'content-length': String(bodyLength(beats)) } };
}

function beatsBefore(script: Script, place: Place): readonly Beat[] {
  const { beats } = script;
  switch (place.name) {
    case 'accept':
      break;
    case 'head':
      return upTo(beats, 'head').map((beat) =>
        beat.is === 'head' ? { is: 'head', bytes: place.count } : beat,
      );
    case 'headers':
      return upTo(beats, 'head');
    case 'byte':
      return cutAtByte(beats, place.count);
    case 'event':
      return script.body !== 'whole'
        ? afterParts(beats, place.count, (part) => part !== 'noise')
        : half(beats);
    case 'token':
      return script.body !== 'whole'
        ? afterParts(beats, place.count, (part) => part === 'token')
        : half(beats);
    case 'finish':
      return script.body !== 'whole' ? beforeFinish(beats) : half(beats);
    case 'end':
      return script.body !== 'whole'
        ? beforePart(beats, 'done')
        : cutAtByte(beats, Math.max(0, bodyLength(beats) - 1));
  }
  return waitsBeforeHead(script);
}

/** What happens before the status line: nothing, or a wait. */
export function waitsBeforeHead({ beats }: Script): readonly Beat[] {
  const head = beats.findIndex(({ is }) => is === 'head');
  return beats.slice(0, head);
}

function upTo(beats: readonly Beat[], is: Beat['is']): readonly Beat[] {
  return beats.slice(0, beats.findIndex((beat) => beat.is === is) + 1);
}

function afterParts(beats: readonly Beat[], count: number, counts: (part: Part) => boolean): readonly Beat[] {
  if (count <= 0) return upTo(beats, 'head');
  let seen = 0;
  const last = beats.findIndex((beat) => beat.is === 'bytes' && counts(beat.part) && ++seen === count);
  return last === -1 ? beforeEnd(beats) : beats.slice(0, last + 1);
}

function beforePart(beats: readonly Beat[], part: Part): readonly Beat[] {
  const index = beats.findIndex((beat) => beat.is === 'bytes' && beat.part === part);
  return index === -1 ? beforeEnd(beats) : beats.slice(0, index);
}

/** In formats whose last event tells both, the end mark is the finish. */
function beforeFinish(beats: readonly Beat[]): readonly Beat[] {
  const finishes = beats.some((beat) => beat.is === 'bytes' && beat.part === 'finish');
  return beforePart(beats, finishes ? 'finish' : 'done');
}

function beforeEnd(beats: readonly Beat[]): readonly Beat[] {
  return beats.filter(({ is }) => is !== 'end');
}

function half(beats: readonly Beat[]): readonly Beat[] {
  return cutAtByte(beats, Math.floor(bodyLength(beats) / 2));
}

function cutAtByte(beats: readonly Beat[], offset: number): readonly Beat[] {
  const kept: Beat[] = [];
  let left = offset;
  for (const beat of beats) {
    if (beat.is === 'end') break;
    if (beat.is !== 'bytes') {
      kept.push(beat);
      continue;
    }
    if (beat.bytes.length >= left) {
      if (left > 0) kept.push({ ...beat, bytes: beat.bytes.subarray(0, left) });
      break;
    }
    kept.push(beat);
    left -= beat.bytes.length;
  }
  return kept;
}

/** What of `beats` is left after `before`, which may end inside one of them. */
function splitAfter(beats: readonly Beat[], before: readonly Beat[]): readonly Beat[] {
  const last = before.at(-1);
  const original = beats[before.length - 1];
  const rest = beats.slice(before.length);
  if (last?.is !== 'bytes' || original?.is !== 'bytes' || last.bytes.length === original.bytes.length)
    return rest;
  return [{ ...original, bytes: original.bytes.subarray(last.bytes.length) }, ...rest];
}
