import { createHash } from 'node:crypto';

import { field, isString, parseJson, stringField } from '../../lib/expect.ts';
import { scanArray, scanObject, wantedKeys } from '../../lib/json-scan.ts';
import type { ConversationName, Exchange } from '../exchange.ts';

/** Where the formats keep the instructions, and where the turns. */
const FIELDS = wantedKeys([
  'system',
  'instructions',
  'systemInstruction',
  'system_instruction',
  'messages',
  'input',
  'contents',
]);
const TURNS = new Set(['messages', 'input', 'contents']);
// Of a longer beginning the first part is as telling as the whole.
const READ_BYTES = 32 * 1024;
const NAME_LENGTH = 22;
const QUOTE = 0x22;

/**
 * The conversation a request belongs to: the session its client names in a header; else its instructions and its first
 * words of the user, which every later turn repeats. Only texts count: clients move marks of caching between messages.
 * What a body says of its end user is no conversation, so it only tells equal beginnings apart.
 */
export function nameConversation(exchange: Exchange): ConversationName | undefined {
  const { headers, envelope, trail, body } = exchange;
  const place = `${trail.route ?? ''}\n${envelope?.model ?? ''}\n`;
  if (headers.session !== undefined) return { name: `${place}s:${headers.session}`, goesOn: true };
  const found = readBeginning(body);
  if (!found) return undefined;
  const hash = createHash('sha256');
  hash.update(envelope?.session ?? '');
  for (const part of found.parts) hash.update('\n').update(part);
  return { name: `${place}h:${hash.digest('base64url').slice(0, NAME_LENGTH)}`, goesOn: found.goesOn };
}

interface Beginning {
  readonly parts: readonly (string | Buffer)[];
  readonly goesOn: boolean;
}

function readBeginning(body: Buffer): Beginning | undefined {
  const parts: (string | Buffer)[] = [];
  let first: { readonly found: boolean; readonly goesOn: boolean } | undefined;
  scanObject(body, FIELDS, (key, _, start, end) => {
    if (TURNS.has(key)) first = readTurns(body, start, end, parts);
    else parts.unshift(words(body, start, end));
  });
  return first?.found === true ? { parts, goesOn: first.goesOn } : undefined;
}

/** Takes the turns (or the one text that stands for them) up to the first one of the user; true for what follows it. */
function readTurns(
  body: Buffer,
  start: number,
  end: number,
  parts: (string | Buffer)[],
): { readonly found: boolean; readonly goesOn: boolean } {
  if (body[start] === QUOTE) {
    parts.push(words(body, start, end));
    return { found: true, goesOn: false };
  }
  let found = false;
  let goesOn = false;
  scanArray(body, start, (itemStart, itemEnd) => {
    if (found) {
      goesOn = true;
      return;
    }
    found = isOfUser(body, itemStart, itemEnd);
    parts.push(words(body, itemStart, itemEnd));
  });
  return { found, goesOn };
}

const ROLE = wantedKeys(['role']);

function isOfUser(body: Buffer, start: number, end: number): boolean {
  let role = '';
  scanObject(body.subarray(start, end), ROLE, (_key, _keyStart, from, to) => {
    role = body.toString('latin1', start + from, start + to);
  });
  return role === '"user"';
}

function words(body: Buffer, start: number, end: number): string | Buffer {
  if (end - start > READ_BYTES) return body.subarray(start, start + READ_BYTES);
  return textsIn(parseJson(body.toString('utf8', start, end))).join('\n');
}

/** Texts of a message or of instructions, in any of the formats' shapes. */
function textsIn(value: unknown): string[] {
  if (isString(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  const text = stringField(value, 'text');
  if (text !== undefined) return [text];
  return [...textsIn(field(value, 'content') ?? []), ...textsIn(field(value, 'parts') ?? [])];
}
