import { gzipSync } from 'node:zlib';

import { endlessFrame } from '../event-frame.ts';
import type { FaultPart, FaultRow } from '../fault-row.ts';
import { LAST_CHUNK, serialiseHead } from '../head.ts';
import {
  type Beat,
  type Script,
  bodyLength,
  breakAt,
  waitsBeforeHead,
  wholeScript,
  withBody,
} from '../script.ts';
import { parseSize } from '../size.ts';

const MIB = 1_048_576;
const BLOCK = 16 * 1024;

const EXTRA_ANSWER = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 21\r\n\r\n{"forged":"response"}',
);

// What is done to the head (as text) or put into the body, by hand.
const FRAMINGS: Readonly<Record<string, { head?: (head: string) => string; first?: string; last?: Buffer }>> =
  {
    'two-lengths': { head: (head) => addLines(dropFraming(head), 'content-length: 7', 'content-length: 9') },
    'length-and-chunks': { head: (head) => addLines(dropFraming(head), 'content-length: 7', CHUNKED) },
    'bad-chunk': { head: (head) => addLines(dropFraming(head), CHUNKED), first: 'zz\r\nnot a chunk\r\n' },
    'huge-chunk': { head: (head) => addLines(dropFraming(head), CHUNKED), first: 'fffffffffffffffff\r\n' },
    'bad-version': { head: (head) => head.replace('HTTP/1.1', 'HTTP/9.9') },
    'no-status': { head: (head) => head.replace(/^HTTP\/1\.1 [^\r]*/, 'HTTP/1.1 ') },
    'bare-lf': { head: (head) => head.replaceAll('\r\n', '\n') },
    'space-before-colon': { head: (head) => addLines(head, 'x-odd : value') },
    'folded-header': { head: (head) => addLines(head, 'x-folded: one\r\n two') },
    'nul-in-header': { head: (head) => addLines(head, 'x-nul: a\0b') },
    'early-hints': { head: (head) => `HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n${head}` },
    'extra-response': { last: EXTRA_ANSWER },
    garbage: { head: () => 'this is not HTTP at all\r\n\r\n' },
  };

const CHUNKED = 'transfer-encoding: chunked';

export const WIRE_FAULTS = {
  redirect: {
    group: 'wire',
    summary: 'redirects to this address (307, or another status)',
    example: 'redirect=http://127.0.0.1:9/v1;status=302',
    value: { kind: 'url' },
    options: ['status'],
    bend: (script, part) => {
      const status = Number(part.options.get('status') ?? 307);
      const headers = { location: part.value };
      const answer = wholeScript(status, 'text/plain', Buffer.alloc(0), { headers });
      return { ...answer, beats: [...waitsBeforeHead(script), ...answer.beats] };
    },
  },
  bomb: {
    group: 'wire',
    summary: 'a gzip bomb: half a kilobyte that unpacks to this much',
    example: 'bomb=200MiB',
    value: { kind: 'size', default: '200MiB' },
    bend: (script, part) =>
      encoded(withBody(script, gzipBomb(parseSize(part.value) ?? 200 * MIB)), 'gzip, gzip'),
  },
  gzip: {
    group: 'wire',
    summary: 'a good answer, compressed although nobody asked for that',
    example: 'gzip',
    bend: (script) => encoded(withBody(script, gzipSync(wholeBody(script))), 'gzip'),
  },
  'endless-headers': {
    group: 'wire',
    summary: 'headers that never end',
    example: 'endless-headers',
    bend: (script) => {
      const bytes = Buffer.from(`x-padding: ${'a'.repeat(100)}\r\n`.repeat(100));
      const open: Beat = { is: 'head', bytes: -2 };
      return {
        ...script,
        byHand: true,
        beats: [...waitsBeforeHead(script), open, { is: 'endless', bytes, raw: true }],
      };
    },
  },
  'endless-body': {
    group: 'wire',
    summary: 'a body that never ends: one line, or events, or comments without end',
    example: 'endless-body=events',
    value: { kind: 'text', default: 'line', choices: ['line', 'events', 'comments'] },
    bend: (script, part) => endlessBody(script, part),
  },
  'bad-content-length': {
    group: 'wire',
    summary: 'declares so many bytes more (or, negative, fewer) than it sends',
    example: 'bad-content-length=-10',
    value: { kind: 'integer', default: '10' },
    bend: (script, part) => {
      const declared = Math.max(0, bodyLength(script.beats) + Number(part.value));
      const headers = { ...script.headers, 'content-length': String(declared) };
      return { ...script, headers, framing: 'length', byHand: true };
    },
  },
  framing: {
    group: 'wire',
    summary: 'breaks HTTP itself in one of these ways',
    example: 'framing=two-lengths',
    value: { kind: 'text', choices: Object.keys(FRAMINGS) },
    bend: (script, part) => misframe(script, part.value),
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

/** Twice compressed, because one pass of deflate shrinks a thousandfold at best. Members of 1 MiB add up. */
function gzipBomb(bytes: number): Buffer {
  const member = gzipSync(Buffer.alloc(MIB), { level: 9 });
  const members = Array.from({ length: Math.max(1, Math.round(bytes / MIB)) }, () => member);
  return gzipSync(Buffer.concat(members), { level: 9 });
}

function wholeBody(script: Script): Buffer {
  return Buffer.concat(script.beats.flatMap((beat) => (beat.is === 'bytes' ? [beat.bytes] : [])));
}

function encoded(script: Script, encoding: string): Script {
  return { ...script, headers: { ...script.headers, 'content-encoding': encoding } };
}

function endlessBody(script: Script, part: FaultPart): Script {
  const { 'content-length': _endless, ...headers } = script.headers;
  const open: Script = { ...script, headers, framing: 'chunked' };
  const start = part.value === 'line' ? lineStart(script) : Buffer.alloc(0);
  return breakAt(open, { name: 'headers', count: 0 }, [
    { is: 'bytes', bytes: start, part: 'noise' },
    { is: 'endless', bytes: endlessBlock(script, part.value), raw: false },
  ]);
}

function lineStart({ body }: Script): Buffer {
  const open = '{"id":"endless","choices":[{"index":0,"delta":{"content":"';
  switch (body) {
    case 'sse':
      return Buffer.from(`data: ${open}`);
    case 'array':
      return Buffer.from(`[${open}`);
    case 'frames':
      return endlessFrame();
    case 'ndjson':
      return Buffer.from(open);
    case 'whole':
      return Buffer.from(open.replace('delta', 'message'));
  }
}

function endlessBlock(script: Script, kind: string): Buffer {
  const token = script.beats.find((beat) => beat.is === 'bytes' && beat.part === 'token');
  if (kind === 'events' && token?.is === 'bytes') {
    return Buffer.concat(Array.from({ length: Math.ceil(BLOCK / token.bytes.length) }, () => token.bytes));
  }
  return kind === 'comments' ? Buffer.from(': still here\n\n'.repeat(1000)) : Buffer.alloc(BLOCK, 'a');
}

function misframe(answer: Script, kind: string): Script {
  const framing = FRAMINGS[kind] ?? {};
  // A body in good chunks beside a lying length is the smuggler's classic.
  const script: Script = kind === 'length-and-chunks' ? { ...answer, framing: 'chunked' } : answer;
  const head = serialiseHead(script);
  const rest = script.beats.slice(script.beats.findIndex(({ is }) => is === 'head') + 1);
  const beats: Beat[] = [
    ...waitsBeforeHead(script),
    { is: 'raw', bytes: Buffer.from(framing.head?.(head) ?? head) },
  ];
  if (framing.first !== undefined) beats.push({ is: 'raw', bytes: Buffer.from(framing.first) });
  beats.push(...rest.filter(({ is }) => is !== 'end'));
  if (script.framing === 'chunked') beats.push({ is: 'raw', bytes: LAST_CHUNK });
  if (framing.last) beats.push({ is: 'raw', bytes: framing.last });
  return { ...script, byHand: true, beats: [...beats, { is: 'fin' }] };
}

function dropFraming(head: string): string {
  return head.replaceAll(/(?:content-length|transfer-encoding): [^\r]*\r\n/g, '');
}

function addLines(head: string, ...lines: readonly string[]): string {
  return `${head.slice(0, -2)}${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
}
