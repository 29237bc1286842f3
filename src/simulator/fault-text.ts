import { type Outcome, failed, ok } from '../core/outcome.ts';
import { parseDuration } from '../lib/duration.ts';
import { isKeyOf, keysOf } from '../lib/expect.ts';
import { nearest } from '../lib/nearest.ts';
import type { FaultPart, FaultRow, Occurrence, SimulatedFault, ValueKind } from './fault-row.ts';
import { SIMULATED_FAULTS } from './faults/table.ts';
import { PLACES, type Place } from './script.ts';
import { parseSize } from './size.ts';

const MODIFIERS = ['once', 'first', 'after', 'rate'] as const;
const COUNTING = new Set<string>(['head', 'event', 'token', 'byte']);
// `+` joins faults, but is also part of `retry-after=date:+2s` and of addresses: only one before a name joins.
const JOINT = /\+(?=[a-z]|\d{3}(?:[;@+]|$))/;

/** Reads `name[=value][@place[=count]][;option=value…][;once|first=N|after=N|rate=20%]`, several joined with `+`. */
export function parseSimulatedFault(text: string): Outcome<SimulatedFault, string> {
  const parts: FaultPart[] = [];
  for (const piece of text.trim().split(JOINT)) {
    const part = parsePart(piece.trim());
    if (part.is === 'failed') return failed(`cannot simulate "${text}": ${part.fault}`);
    parts.push(part.value);
  }
  return ok({ text: text.trim(), parts });
}

function parsePart(text: string): Outcome<FaultPart, string> {
  const [head = '', ...settings] = text.split(';');
  const { name, value: typed, place: placeText } = splitHead(head);
  const row = findRow(name);
  if (!row) return failed(unknownFault(name));
  const value = checkValue(name, row, typed);
  if (value.is === 'failed') return value;
  const place = parsePlace(name, row, placeText);
  if (place.is === 'failed') return place;
  const rest = parseSettings(name, row, settings);
  if (rest.is === 'failed') return rest;
  return ok({ row, text, name, value: value.value, place: place.value, ...rest.value });
}

/** `name=value` or `name@place=count`: an address may hold an `@`, so what follows the first `=` is left alone. */
function splitHead(head: string): { name: string; value: string | undefined; place: string | undefined } {
  const found = /^([^=@]*)(?:@(.*)|=(.*))?$/s.exec(head);
  return { name: (found?.[1] ?? head).trim(), place: found?.[2], value: found?.[3] };
}

function findRow(name: string): FaultRow | undefined {
  if (/^[2-5]\d\d$/.test(name)) return SIMULATED_FAULTS.status;
  return name !== 'status' && isKeyOf(SIMULATED_FAULTS, name) ? SIMULATED_FAULTS[name] : undefined;
}

function unknownFault(name: string): string {
  if (name === '') return 'a fault begins with its name, as in stall@headers';
  const meant = nearest(name, keysOf(SIMULATED_FAULTS));
  const hint =
    meant && meant !== 'status' ? `did you mean "${meant}"?` : 'gw simulate --list-faults lists them all';
  return `there is no fault "${name}" (${hint})`;
}

function checkValue(name: string, row: FaultRow, typed: string | undefined): Outcome<string, string> {
  const rule = row.value;
  if (!rule) return typed === undefined ? ok('') : failed(`${name} takes no value: ${row.example}`);
  const value = typed ?? rule.default;
  if (value === undefined) return failed(`${name} needs a value: ${row.example}`);
  if (rule.choices) {
    if (rule.choices.includes(value)) return ok(value);
    return failed(`${name} is one of ${rule.choices.join(', ')}, not "${value}"`);
  }
  if (VALUE_RULES[rule.kind].fits(value)) return ok(value);
  return failed(`${name} takes ${VALUE_RULES[rule.kind].words}, not "${value}"`);
}

const VALUE_RULES: Readonly<Record<ValueKind, { fits: (text: string) => boolean; words: string }>> = {
  duration: { fits: (text) => parseDuration(text) !== undefined, words: 'a duration such as 20s or 300ms' },
  size: { fits: (text) => parseSize(text) !== undefined, words: 'a size such as 4096 or 8MiB' },
  count: { fits: (text) => /^\d+$/.test(text), words: 'a whole number' },
  integer: { fits: (text) => /^-?\d+$/.test(text), words: 'a whole number, negative or not' },
  share: { fits: (text) => parseShare(text) !== undefined, words: 'a share such as 20%' },
  url: { fits: (text) => URL.canParse(text) || text.startsWith('/'), words: 'an address' },
  text: { fits: () => true, words: 'a text' },
};

function parsePlace(
  name: string,
  row: FaultRow,
  text: string | undefined,
): Outcome<Place | undefined, string> {
  const allowed = row.places ?? [];
  if (text === undefined) return ok(defaultPlace(allowed[0]));
  const [word = '', count] = text.split('=', 2);
  const place = PLACES.find((candidate) => candidate === word);
  if (!place || !allowed.includes(place)) {
    if (allowed.length === 0) return failed(`${name} happens nowhere in particular: ${row.example}`);
    return failed(`${name} can happen at ${allowed.join(', ')}, not at "${word}"`);
  }
  const counts = COUNTING.has(place);
  if (counts !== (count !== undefined && /^\d+$/.test(count))) {
    return failed(
      counts ? `${name}@${place} needs a number: ${name}@${place}=3` : `${place} takes no number`,
    );
  }
  return ok({ name: place, count: Number(count ?? 0) });
}

// "After the third" is far enough in for an answer to have begun, and every answer is longer.
const DEFAULT_COUNT = 3;

function defaultPlace(name: Place['name'] | undefined): Place | undefined {
  return name === undefined ? undefined : { name, count: COUNTING.has(name) ? DEFAULT_COUNT : 0 };
}

interface Settings {
  readonly options: ReadonlyMap<string, string>;
  readonly when: Occurrence;
}

/** Options that begin with `x-` are headers of the answer and always allowed. */
function parseSettings(name: string, row: FaultRow, settings: readonly string[]): Outcome<Settings, string> {
  const known = [...(row.options ?? []), ...MODIFIERS];
  const options = new Map<string, string>();
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    const key = (equals === -1 ? setting : setting.slice(0, equals)).trim();
    if (!known.includes(key) && !key.startsWith('x-')) {
      const meant = nearest(key, known);
      const hint = meant ? `did you mean "${meant}"?` : `it knows ${known.join(', ')}`;
      return failed(`${name} has no option "${key}" (${hint})`);
    }
    const value = equals === -1 ? '' : setting.slice(equals + 1);
    const choices = row.optionChoices?.[key];
    if (choices && !choices.includes(value)) {
      return failed(`${key} of ${name} is one of ${choices.join(', ')}, not "${value}"`);
    }
    options.set(key, value);
  }
  return takeOccurrence(options);
}

function takeOccurrence(options: Map<string, string>): Outcome<Settings, string> {
  const first = options.has('once') ? '1' : (options.get('first') ?? 'Infinity');
  const after = options.get('after') ?? '0';
  const share = parseShare(options.get('rate') ?? '100%');
  if (first !== 'Infinity' && !/^\d+$/.test(first))
    return failed(`first takes a whole number, not "${first}"`);
  if (!/^\d+$/.test(after)) return failed(`after takes a whole number, not "${after}"`);
  if (share === undefined)
    return failed(`rate takes a share such as 20%, not "${options.get('rate') ?? ''}"`);
  for (const modifier of MODIFIERS) options.delete(modifier);
  return ok({ options, when: { first: Number(first), after: Number(after), share } });
}

function parseShare(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)%$/.exec(text);
  const share = Number(found?.[1]) / 100;
  return found && share <= 1 ? share : undefined;
}
