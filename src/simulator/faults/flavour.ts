import type { FaultRow } from '../fault-row.ts';
import { USAGE_PLACES } from '../recipe.ts';
import { type Beat, type Script, mapBody } from '../script.ts';
import { parseSize } from '../size.ts';

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

const POLLUTION =
  '"__proto__":{"polluted":true,"error":null},"constructor":{"prototype":{"polluted":true}},"prototype":{"polluted":true},';

// Fields that hosts really add, and numbers that JSON.parse and JSON.stringify do not keep as they are.
const EXTRA_FIELDS =
  '"x_groq":{"id":"req_sim"},"provider":"Sim","obfuscation":"aGk","big":12345678901234567890,"ratio":1.0,"big":12345678901234567891,';

export const FLAVOUR_FAULTS = {
  crlf: {
    group: 'flavour',
    summary: 'events end with CR LF',
    example: 'crlf',
    bend: (script) => mapEvents(script, (text) => text.replaceAll(/\r?\n/g, '\r\n')),
  },
  cr: {
    group: 'flavour',
    summary: 'events end with CR alone, which SSE allows',
    example: 'cr',
    bend: (script) => mapEvents(script, (text) => text.replaceAll(/\r?\n/g, '\r')),
  },
  bom: {
    group: 'flavour',
    summary: 'the body begins with a byte order mark',
    example: 'bom',
    bend: (script) => {
      let begun = false;
      return mapBody(script, (bytes) => {
        if (begun) return bytes;
        begun = true;
        return Buffer.concat([BOM, bytes]);
      });
    },
  },
  comments: {
    group: 'flavour',
    summary: 'a comment before every event, as hosts send to keep connections alive',
    example: 'comments=ping',
    value: { kind: 'text', default: 'ping' },
    bend: (script, part) =>
      script.body !== 'sse'
        ? script
        : {
            ...script,
            beats: script.beats.flatMap((beat): Beat[] =>
              beat.is === 'bytes' ? [noise(`: ${part.value}\n\n`), beat] : [beat],
            ),
          },
  },
  multiline: {
    group: 'flavour',
    summary: 'the JSON of each event is spread over two data lines',
    example: 'multiline',
    bend: (script) => mapEvents(script, (text) => text.replace('data: {', 'data: {\ndata: ')),
  },
  'sse-fields': {
    group: 'flavour',
    summary: 'events also carry event, id and retry lines',
    example: 'sse-fields',
    bend: (script) =>
      mapEvents(script, (text) =>
        text.replace(/^(event: .*\n)?data: /, (_all, name: string | undefined) => {
          return `${name ?? 'event: message\n'}id: 7\nretry: 3000\ndata: `;
        }),
      ),
  },
  fragment: {
    group: 'flavour',
    summary: 'the body arrives in writes of so many bytes',
    example: 'fragment=1',
    value: { kind: 'count', default: '1' },
    bend: (script, part) => fragment(script, Math.max(1, Number(part.value))),
  },
  'huge-event': {
    group: 'flavour',
    summary: 'the first event with content (or the whole answer) is padded to this size',
    example: 'huge-event=8MiB',
    value: { kind: 'size', default: '8MiB' },
    bend: (script, part) => {
      let padded = false;
      return mapBody(script, (bytes, kind) => {
        if (padded || (kind !== 'token' && kind !== 'body')) return bytes;
        padded = true;
        return addFields(bytes, `"padding":"${'x'.repeat(parseSize(part.value) ?? 0)}",`);
      });
    },
  },
  usage: {
    group: 'flavour',
    summary: 'token usage on each event, with the finish reason, in a later event, or never',
    example: 'usage=each',
    value: { kind: 'text', choices: USAGE_PLACES },
    season: (recipe, part) => ({
      ...recipe,
      usage: USAGE_PLACES.find((place) => place === part.value) ?? recipe.usage,
    }),
  },
  'junk-usage': {
    group: 'flavour',
    summary: 'usage that is negative, infinite, no number',
    example: 'junk-usage',
    season: (recipe) => ({
      ...recipe,
      junkUsage: true,
      usage: recipe.usage === 'asked' ? 'finish' : recipe.usage,
    }),
  },
  proto: {
    group: 'flavour',
    summary: '__proto__ and constructor keys that pollute a careless parser',
    example: 'proto',
    bend: (script) => mapBody(script, (bytes) => addFields(bytes, POLLUTION)),
  },
  'extra-fields': {
    group: 'flavour',
    summary: 'unknown fields, duplicate keys, and integers JavaScript cannot hold',
    example: 'extra-fields',
    bend: (script) => mapBody(script, (bytes) => addFields(bytes, EXTRA_FIELDS)),
  },
  'no-role': {
    group: 'flavour',
    summary: 'never says the role, as some hosts do',
    example: 'no-role',
    bend: (script) =>
      mapBody(script, (bytes) =>
        Buffer.from(
          bytes.toString().replaceAll(/"role":"(?:assistant|model)",|,"role":"(?:assistant|model)"/g, ''),
        ),
      ),
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

function mapEvents(script: Script, rewrite: (text: string) => string): Script {
  if (script.body !== 'sse') return script;
  return mapBody(script, (bytes) => Buffer.from(rewrite(bytes.toString())));
}

function noise(text: string): Beat {
  return { is: 'bytes', bytes: Buffer.from(text), part: 'noise' };
}

/** Puts fields at the front of the first JSON object in the bytes; bytes without one are left alone. */
function addFields(bytes: Buffer, fields: string): Buffer {
  const at = bytes.indexOf('{') + 1;
  return at === 0 ? bytes : Buffer.concat([bytes.subarray(0, at), Buffer.from(fields), bytes.subarray(at)]);
}

function fragment(script: Script, size: number): Script {
  const beats = script.beats.flatMap((beat): Beat[] => {
    if (beat.is !== 'bytes') return [beat];
    const pieces: Beat[] = [];
    for (let at = 0; at < beat.bytes.length; at += size) {
      // A wait of nothing still lets the event loop turn, so that each piece is a write of its own.
      pieces.push({ ...beat, bytes: beat.bytes.subarray(at, at + size) }, { is: 'wait', ms: 0 });
    }
    return pieces;
  });
  return { ...script, beats };
}
