import { JSON_SCHEMA, looksLikeKey, parsePlace, valueAt } from '../../../config/index.ts';
import { field, isObject, isString, type JsonObject } from '../../../lib/expect.ts';
import { nearest } from '../../../lib/nearest.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { openStored, readStored } from '../../stored-config.ts';

export const command: Command = {
  arguments: [
    { name: '[place]', summary: 'what to print, with dots between names; everything when left out' },
  ],
  examples: [
    'gw config get',
    'gw config get listen.port',
    `gw config get 'profiles.default.routes."gpt-4.1".targets[0]'`,
  ],
  run: get,
};

const HIDDEN = '[hidden]';

/** Prints what the file says at a place, or the default that holds there. A key itself is never printed. */
async function get(context: Context, input: Input): Promise<void> {
  const place = input.argument(0) ?? '';
  const segments = parsePlace(place);
  if (segments.is === 'failed') throw unreadable(segments.fault);
  const document = readRaw(context);
  const written = valueAt(hideKeys(document), segments.value);
  const value = written ?? defaultAt(segments.value);
  if (value === undefined) throw notThere(place, document, segments.value);
  if (written === undefined) context.say('(not in the file; this is the default)');
  if (isString(value) && !context.json) context.print(terminalSafe(value));
  else context.printJson(value);
}

/** The file as written. One that means nothing can still be looked at, but not one that cannot be read at all. */
function readRaw(context: Context): JsonObject {
  const file = openStored(context);
  const document = file.raw();
  if (Object.keys(document).length === 0) readStored(context, file);
  return document;
}

function unreadable(why: string): CommandError {
  return new CommandError('That place cannot be read.', {
    why,
    fix: `write it like 'profiles.default.routes."gpt-4.1".targets'`,
    exit: EXIT.usage,
  });
}

/** What the schema says holds where the file says nothing. */
function defaultAt(segments: readonly string[]): unknown {
  let schema: unknown = JSON_SCHEMA;
  for (const segment of segments) {
    const next = field(field(schema, 'properties'), segment) ?? field(schema, 'additionalProperties');
    if (!isObject(next)) return undefined;
    schema = next;
  }
  return field(schema, 'default');
}

function notThere(place: string, document: unknown, segments: readonly string[]): CommandError {
  const parent = valueAt(document, segments.slice(0, -1));
  const last = segments[segments.length - 1] ?? '';
  const names = isObject(parent) ? Object.keys(parent) : [];
  const meant = nearest(last, names);
  return new CommandError(`There is nothing at ${terminalSafe(place)}.`, {
    why:
      names.length > 0
        ? `what is there: ${terminalSafe(names.join(', '))}`
        : 'the file does not say anything there',
    fix: meant === undefined ? 'gw config get' : `did you mean ${terminalSafe(meant)}?`,
  });
}

/** A copy in which every key is replaced, wherever it stands. */
function hideKeys(value: unknown): unknown {
  if (isString(value)) return looksLikeKey(value) ? HIDDEN : value;
  if (Array.isArray(value)) return value.map(hideKeys);
  if (!isObject(value)) return value;
  const isInlineKey = Object.keys(value).length === 1 && isString(field(value, 'value'));
  return Object.fromEntries(
    Object.entries(value).map(([name, below]) => [name, isInlineKey ? HIDDEN : hideKeys(below)]),
  );
}
