import { parseDuration } from '../lib/duration.ts';
import { isKeyOf, keysOf } from '../lib/expect.ts';
import { nearest } from '../lib/nearest.ts';
import { FILTER_FIELDS, type FilterField, searched, textMatcher } from './filter-fields.ts';
import { failed, ok, type Outcome } from './outcome.ts';
import type { Trail } from './trail.ts';

/** A filter, ready to be asked about any number of exchanges. */
export interface Filter {
  /** As typed. */
  readonly text: string;
  accepts(trail: Trail): boolean;
}

/** Why a text is no filter, and what was expected instead. */
export interface FilterMistake {
  readonly what: string;
  readonly expected: string;
}

type Test = (trail: Trail) => boolean;

/** Accepts everything. */
export const NO_FILTER: Filter = { text: '', accepts: () => true };

// Terms are split at blanks outside of quotes.
const TERM = /(?:[^\s"]+|"[^"]*"?)+/g;
const COMPARISON = /^(>=|<=|>|<|=)?(.+)$/;
const COUNT = /^(\d+(?:\.\d+)?)(k|m)?$/i;
const COUNT_UNITS: Readonly<Record<string, number>> = { k: 1_000, m: 1_000_000 };

/**
 * Reads a filter: terms with blanks between them, all of which must hold. A term is `field:value`, `field:a,b` (one of
 * them), `field:>value`, or a word that is looked for in names, ids and messages; `!` before it turns it round.
 */
export function parseFilter(text: string): Outcome<Filter, FilterMistake> {
  const tests: Test[] = [];
  for (const term of text.match(TERM) ?? []) {
    const test = parseTerm(term);
    if (test.is === 'failed') return test;
    tests.push(test.value);
  }
  return ok({ text: text.trim(), accepts: (trail) => tests.every((test) => test(trail)) });
}

/** One line for each field: what it is and an example. For help. */
export function filterRows(): readonly {
  readonly field: string;
  readonly summary: string;
  readonly example: string;
}[] {
  return keysOf(FILTER_FIELDS).map((name) => {
    const field: FilterField = FILTER_FIELDS[name];
    const words = field.is === 'word' ? `: ${Object.keys(field.words).join(', ')}` : '';
    return { field: name, summary: field.summary + words, example: field.example };
  });
}

function parseTerm(term: string): Outcome<Test, FilterMistake> {
  const negated = /^[!-]./.test(term);
  const bare = negated ? term.slice(1) : term;
  const test = parseBare(bare);
  if (test.is === 'failed' || !negated) return test;
  return ok((trail) => !test.value(trail));
}

function parseBare(term: string): Outcome<Test, FilterMistake> {
  const bare = withoutColon(term);
  if (bare) return failed(bare);
  const colon = /^([a-z]+):(.*)$/i.exec(term);
  if (colon === null) return ok(anywhere(unquoted(term)));
  const [, name = '', value = ''] = colon;
  const field = name.toLowerCase();
  if (!isKeyOf(FILTER_FIELDS, field)) return failed(unknownField(name));
  if (value === '') return failed(mistake(`${field}: needs a value`, FILTER_FIELDS[field].example));
  return anyOf(field, FILTER_FIELDS[field], value);
}

/** `ttft>2s` would be looked for as a word, and found nowhere. */
function withoutColon(term: string): FilterMistake | undefined {
  const [, name = '', comparison = ''] = /^([a-z]+)([<>=]=?.+)$/i.exec(term) ?? [];
  const field = name.toLowerCase();
  if (!isKeyOf(FILTER_FIELDS, field)) return undefined;
  const isCompared = !['text', 'word'].includes(FILTER_FIELDS[field].is);
  const meant = isCompared ? comparison : comparison.replace(/^[<>=]+/, '');
  return mistake(`"${term}" has no colon after ${field}`, `${field}:${meant}`);
}

/** The values of a term, of which one must fit. */
function anyOf(name: string, field: FilterField, value: string): Outcome<Test, FilterMistake> {
  const tests: Test[] = [];
  for (const part of value.startsWith('"') ? [value] : value.split(',').filter(Boolean)) {
    const test = parseValue(name, field, unquoted(part));
    if (test.is === 'failed') return test;
    tests.push(test.value);
  }
  return ok((trail) => tests.some((test) => test(trail)));
}

function parseValue(name: string, field: FilterField, value: string): Outcome<Test, FilterMistake> {
  switch (field.is) {
    case 'text': {
      const matches = textMatcher(value);
      return ok((trail) => field.values(trail).some(matches));
    }
    case 'word': {
      const word = value.toLowerCase();
      const test = isKeyOf(field.words, word) ? field.words[word] : undefined;
      return test === undefined ? failed(unknownWord(name, value, Object.keys(field.words))) : ok(test);
    }
    case 'status':
    case 'number':
    case 'duration': {
      const test = parseComparison(field.is, value);
      if (test === undefined) return failed(mistake(`"${value}" is no value for ${name}`, field.example));
      return ok((trail) => {
        const found = field.value(trail);
        return found !== undefined && test(found);
      });
    }
  }
}

function parseComparison(
  is: 'status' | 'number' | 'duration',
  text: string,
): ((found: number) => boolean) | undefined {
  if (is === 'status' && /^[1-5]xx$/i.test(text)) {
    const first = Number(text[0]) * 100;
    return (found) => found >= first && found < first + 100;
  }
  const [, operator = '=', value = ''] = COMPARISON.exec(text) ?? [];
  const bound = is === 'duration' ? parseDuration(value) : parseCount(value);
  return bound === undefined ? undefined : (found) => compare(found, operator, bound);
}

function compare(found: number, operator: string, bound: number): boolean {
  switch (operator) {
    case '>':
      return found > bound;
    case '>=':
      return found >= bound;
    case '<':
      return found < bound;
    case '<=':
      return found <= bound;
    default:
      return found === bound;
  }
}

function parseCount(text: string): number | undefined {
  const [whole, digits = '', unit = ''] = COUNT.exec(text) ?? [];
  return whole === undefined ? undefined : Number(digits) * (COUNT_UNITS[unit.toLowerCase()] ?? 1);
}

function anywhere(word: string): Test {
  const matches = textMatcher(word);
  return (trail) => searched(trail).some(matches);
}

function unquoted(text: string): string {
  return text.replaceAll('"', '');
}

function unknownField(name: string): FilterMistake {
  const names = Object.keys(FILTER_FIELDS);
  const close = nearest(name, names);
  return mistake(`there is no field "${name}"`, close === undefined ? names.join(', ') : `${close}:…`);
}

function unknownWord(field: string, word: string, words: readonly string[]): FilterMistake {
  const close = nearest(word, words);
  return mistake(
    `"${word}" is no value for ${field}`,
    close === undefined ? words.join(', ') : `${field}:${close}`,
  );
}

function mistake(what: string, expected: string): FilterMistake {
  return { what, expected };
}
