import { type Event, frameEvent, frameText } from '../event.ts';
import type { FaultPart, FaultRow, Scene } from '../fault-row.ts';
import {
  type Beat,
  type Place,
  type Script,
  bodyLength,
  breakAt,
  insertAt,
  mapBody,
  withBody,
} from '../script.ts';
import { placeOf } from './connection.ts';
import { ERROR_OPTIONS, troubleAsked } from './status.ts';

const EMPTY_BODIES = ['nothing', 'object', 'null', 'choices', 'content'] as const;

const CAPTIVE_PORTAL =
  '<!doctype html>\n<html><head><title>Welcome to Hotel Wi-Fi</title></head>\n<body><h1>Please sign in</h1><form action="/login" method="post"><input name="room"><button>Connect</button></form></body></html>\n';

export const STREAM_FAULTS = {
  'error-in-200': {
    group: 'stream',
    summary: "the format's error inside a 200: at once, or after some content",
    example: 'error-in-200@token=40;code=rate_limit_exceeded',
    places: ['headers', 'token', 'event', 'finish'],
    options: [...ERROR_OPTIONS, 'status', 'done', 'as'],
    optionChoices: { as: ['json'] },
    bend: (script, part, scene) => errorInside(script, part, scene),
  },
  'empty-200': {
    group: 'stream',
    summary: 'a 200 with nothing in it, or with an answer that says nothing',
    example: 'empty-200=choices',
    value: { kind: 'text', default: 'nothing', choices: EMPTY_BODIES },
    bend: (script, part, scene) => emptied(script, part.value, scene),
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
    bend: (script, part, scene) => malform(script, part, scene),
  },
  'no-done': {
    group: 'stream',
    summary: "finish reason, then a tidy end without the format's end mark ([DONE], message_stop, …)",
    example: 'no-done',
    bend: (script) => without(script, 'done'),
  },
  'no-finish': {
    group: 'stream',
    summary: 'the end mark without any finish reason before it; a tidy end where one event is both',
    example: 'no-finish',
    bend: (script) => withoutFinish(script),
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

function errorInside(script: Script, part: FaultPart, scene: Scene): Script {
  const { errors } = scene.dialect;
  const trouble = troubleAsked(part, Number(part.options.get('status') ?? 500), scene);
  if (script.body === 'whole' || part.options.get('as') === 'json') {
    return withBody(script, Buffer.from(JSON.stringify(errors.body(trouble))), 'application/json');
  }
  const place = placeOf(part);
  const ending: Beat[] = part.options.has('done') || script.body === 'array' ? endMark(script) : [];
  return breakAt(script, place, [
    ...eventBeats(script, place, errors.events(trouble)),
    ...ending,
    { is: 'end' },
  ]);
}

/** Events as this stream frames them, to stand at this place. */
function eventBeats(script: Script, place: Place, events: readonly Event[]): readonly Beat[] {
  const { body } = script;
  if (body === 'whole') return [];
  const begins = isBeginning(script, place);
  return events.map((event, index): Beat => ({
    is: 'bytes',
    bytes: frameEvent(body, event, begins && index === 0),
    part: 'noise',
  }));
}

function isBeginning(script: Script, place: Place): boolean {
  return !breakAt(script, place, []).beats.some(({ is }) => is === 'bytes');
}

function endMark(script: Script): Beat[] {
  return script.beats.filter((beat) => beat.is === 'bytes' && beat.part === 'done');
}

const AT_ONCE: Place = { name: 'headers', count: 0 };

function emptied(script: Script, kind: string, { dialect }: Scene): Script {
  const hollow = kind === 'choices' || kind === 'content' ? dialect.hollow[kind] : undefined;
  const text = kind === 'object' ? '{}' : kind === 'null' ? 'null' : '';
  const { body } = script;
  if (body === 'whole') return withBody(script, Buffer.from(hollow ? JSON.stringify(hollow.whole) : text));
  if (hollow) {
    const events = eventBeats(script, AT_ONCE, hollow.events);
    return breakAt(script, AT_ONCE, [...events, ...endMark(script), { is: 'end' }]);
  }
  const event: Beat = { is: 'bytes', bytes: frameText(body, text, {}, true), part: 'noise' };
  const events: Beat[] = text === '' ? [] : [event, ...endMark(script)];
  return breakAt(script, AT_ONCE, [...events, { is: 'end' }]);
}

function malform(script: Script, part: FaultPart, { dialect }: Scene): Script {
  if (script.body === 'whole') {
    const broken = breakAt(script, { name: 'finish', count: 0 }, [{ is: 'end' }]);
    return { ...broken, headers: { ...script.headers, 'content-length': String(bodyLength(broken.beats)) } };
  }
  const place: Place = { ...placeOf(part), count: Math.max(0, placeOf(part).count - 1) };
  const { text, ...named } = dialect.broken;
  const bytes = frameText(script.body, text, named, isBeginning(script, place));
  return insertAt(script, place, [{ is: 'bytes', bytes, part: 'noise' }]);
}

function without(script: Script, part: 'done' | 'finish'): Script {
  if (script.body === 'whole') return script;
  return { ...script, beats: script.beats.filter((beat) => beat.is !== 'bytes' || beat.part !== part) };
}

const FINISH_FIELDS = /"(finish_reason|stop_reason|finishReason|stopReason|done_reason)":"\w*"/g;

function unfinished(text: string): string {
  return text
    .replaceAll(FINISH_FIELDS, '"$1":null')
    .replaceAll('"status":"completed"', '"status":"in_progress"');
}

function withoutFinish(script: Script): Script {
  if (script.body === 'whole') {
    return mapBody(script, (bytes) => Buffer.from(unfinished(bytes.toString())));
  }
  const finishes = script.beats.some((beat) => beat.is === 'bytes' && beat.part === 'finish');
  return without(script, finishes ? 'finish' : 'done');
}
