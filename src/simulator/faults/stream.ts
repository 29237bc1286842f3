import type { FaultPart, FaultRow, Scene } from '../fault-row.ts';
import { type Beat, type Script, bodyLength, breakAt, insertAt, mapBody, withBody } from '../script.ts';
import { placeOf } from './connection.ts';
import { ERROR_OPTIONS, errorObject } from './status.ts';

const EMPTY_BODIES = {
  nothing: '',
  object: '{}',
  null: 'null',
  choices:
    '{"id":"chatcmpl-empty","object":"chat.completion","created":1700000000,"model":"sim","choices":[]}',
  content:
    '{"id":"chatcmpl-empty","object":"chat.completion","created":1700000000,"model":"sim","choices":[{"index":0,"message":{"role":"assistant","content":""},"delta":{"content":""},"finish_reason":"stop"}]}',
} as const;

const CAPTIVE_PORTAL =
  '<!doctype html>\n<html><head><title>Welcome to Hotel Wi-Fi</title></head>\n<body><h1>Please sign in</h1><form action="/login" method="post"><input name="room"><button>Connect</button></form></body></html>\n';

export const STREAM_FAULTS = {
  'error-in-200': {
    group: 'stream',
    summary: 'an error object inside a 200: at once, or after some content',
    example: 'error-in-200@token=40;code=rate_limit_exceeded',
    places: ['headers', 'token', 'event', 'finish'],
    options: [...ERROR_OPTIONS, 'status', 'done', 'as'],
    optionChoices: { as: ['json'] },
    bend: (script, part, scene) => errorInside(script, part, scene),
  },
  'empty-200': {
    group: 'stream',
    summary: 'a 200 with nothing in it, or with an object that says nothing',
    example: 'empty-200=choices',
    value: { kind: 'text', default: 'nothing', choices: Object.keys(EMPTY_BODIES) },
    bend: (script, part) => emptied(script, part.value),
  },
  'html-200': {
    group: 'stream',
    summary: "a 200 with a web page in it: a captive portal's sign-in",
    example: 'html-200',
    bend: (script) => withBody(script, Buffer.from(CAPTIVE_PORTAL), 'text/html; charset=utf-8'),
  },
  malformed: {
    group: 'stream',
    summary: 'one event that is no JSON among good ones; a whole answer is broken JSON',
    example: 'malformed@event=10',
    places: ['event'],
    bend: (script, part) => malform(script, part),
  },
  'no-done': {
    group: 'stream',
    summary: 'finish reason, then a tidy end without [DONE]',
    example: 'no-done',
    bend: (script) => without(script, 'done'),
  },
  'no-finish': {
    group: 'stream',
    summary: '[DONE] without any finish reason before it',
    example: 'no-finish',
    bend: (script) => withoutFinish(script),
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

function errorInside(script: Script, part: FaultPart, scene: Scene): Script {
  const status = Number(part.options.get('status') ?? 500);
  const text = JSON.stringify({ error: errorObject(part, status, scene.model) });
  if (script.body === 'whole' || part.options.get('as') === 'json') {
    return withBody(script, Buffer.from(text), 'application/json');
  }
  const event: Beat = { is: 'bytes', bytes: Buffer.from(`data: ${text}\n\n`), part: 'noise' };
  const done: Beat[] = part.options.has('done') ? [doneEvent()] : [];
  return breakAt(script, placeOf(part), [event, ...done, { is: 'end' }]);
}

function emptied(script: Script, kind: string): Script {
  const text = Object.entries(EMPTY_BODIES).find(([name]) => name === kind)?.[1] ?? '';
  if (script.body === 'whole') return withBody(script, Buffer.from(text));
  const event: Beat = { is: 'bytes', bytes: Buffer.from(`data: ${text}\n\n`), part: 'noise' };
  const events: Beat[] = text === '' ? [] : [event, doneEvent()];
  return breakAt(script, { name: 'headers', count: 0 }, [...events, { is: 'end' }]);
}

function malform(script: Script, part: FaultPart): Script {
  if (script.body === 'whole') {
    const broken = breakAt(script, { name: 'finish', count: 0 }, [{ is: 'end' }]);
    return { ...broken, headers: { ...script.headers, 'content-length': String(bodyLength(broken.beats)) } };
  }
  const bytes = Buffer.from('data: {"id":"chatcmpl-broken","choices":[{"index":0,"del\n\n');
  const place = placeOf(part);
  return insertAt(script, { ...place, count: Math.max(0, place.count - 1) }, [
    { is: 'bytes', bytes, part: 'noise' },
  ]);
}

function without(script: Script, part: 'done' | 'finish'): Script {
  if (script.body === 'whole') return script;
  return { ...script, beats: script.beats.filter((beat) => beat.is !== 'bytes' || beat.part !== part) };
}

function withoutFinish(script: Script): Script {
  if (script.body === 'sse') return without(script, 'finish');
  return mapBody(script, (bytes) =>
    Buffer.from(bytes.toString().replaceAll(/"finish_reason":"\w*"/g, '"finish_reason":null')),
  );
}

function doneEvent(): Beat {
  return { is: 'bytes', bytes: Buffer.from('data: [DONE]\n\n'), part: 'done' };
}
