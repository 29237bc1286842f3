import {
  type Budget,
  BUDGET_ACTIONS,
  budgetKey,
  DEFAULT_AT,
  parseScope,
  PERIODS,
  type RequestLimit,
  type Scope,
  scopeText,
} from '../core/budget.ts';
import type { Route } from '../core/profile.ts';
import { isString, type JsonObject, keysOf } from '../lib/expect.ts';
import { nearest } from '../lib/nearest.ts';
import { looksLikeKey } from './pasted-key.ts';
import { type Kind, number, type ObjectReader, oneOf, whole } from './reader.ts';

const SCOPES = 'all, route:<name>, client:<name>, each-client or each-session';
const MOST_USD = 1e9;
const LEAST_USD = 1e-6;
const MOST_TOKENS = 1e15;
const MOST_PER_MINUTE = 1e6;

const scope: Kind<Scope> = {
  expected: SCOPES,
  read: (value) =>
    isString(value) && value.length <= 300 && !looksLikeKey(value) ? parseScope(value) : undefined,
};

/** Reads `budgets`. */
export function readBudgets(reader: ObjectReader, routes: readonly Route[]): readonly Budget[] {
  const seen = new Set<string>();
  return (reader.objects('budgets') ?? []).flatMap((entry) => {
    const budget = readBudget(entry, routes);
    entry.finish();
    if (!budget) return [];
    const key = budgetKey(budget);
    if (seen.has(key)) entry.problem(entry.place, 'there is another budget of this scope, period and unit');
    seen.add(key);
    return [budget];
  });
}

function readBudget(entry: ObjectReader, routes: readonly Route[]): Budget | undefined {
  const whose = readScope(entry, routes);
  const per = entry.optional('per', oneOf(PERIODS)) ?? 'day';
  const usd = entry.optional('usd', number(LEAST_USD, MOST_USD));
  const tokens = entry.optional('tokens', whole(1, MOST_TOKENS));
  const action = entry.optional('then', oneOf(BUDGET_ACTIONS)) ?? 'warn';
  const at = entry.list('at', number(0.01, 1)) ?? DEFAULT_AT;
  if (entry.value('usd') === undefined && entry.value('tokens') === undefined)
    entry.problem(entry.place, 'it is not said how much may be spent', { expected: 'usd or tokens' });
  if (usd !== undefined && tokens !== undefined)
    entry.problem(entry.place, 'one budget cannot count in two units', {
      expected: 'usd or tokens; make two budgets for both',
    });
  const amount = usd ?? tokens;
  if (!whose || amount === undefined) return undefined;
  const unit = usd === undefined ? 'tokens' : 'usd';
  return { scope: whose, per, unit, amount, action, at: [...new Set(at)].sort((a, b) => a - b) };
}

/** Reads `limits`. */
export function readLimits(reader: ObjectReader, routes: readonly Route[]): readonly RequestLimit[] {
  const seen = new Set<string>();
  return (reader.objects('limits') ?? []).flatMap((entry) => {
    const whose = readScope(entry, routes);
    const requestsPerMinute = entry.optional('requestsPerMinute', whole(1, MOST_PER_MINUTE));
    if (entry.value('requestsPerMinute') === undefined)
      entry.problem(entry.place, 'it is not said how much is let through', { expected: 'requestsPerMinute' });
    entry.finish();
    if (!whose || requestsPerMinute === undefined) return [];
    const text = scopeText(whose);
    if (seen.has(text)) entry.problem(entry.place, 'there is another limit of this scope');
    seen.add(text);
    return [{ scope: whose, requestsPerMinute }];
  });
}

/** A budget of a route that is not there would never be spent, and nobody would notice. */
function readScope(entry: ObjectReader, routes: readonly Route[]): Scope | undefined {
  if (entry.value('scope') === undefined) return { is: 'all' };
  const whose = entry.optional('scope', scope);
  const names = routes.map(({ name }) => name);
  if (whose?.is === 'route' && !names.includes(whose.name))
    entry.problem(entry.below('scope'), `there is no route ${JSON.stringify(whose.name)}`, {
      expected: names.length === 0 ? 'a route: none is defined yet' : `one of ${names.join(', ')}`,
      nearest: nearest(whose.name, names),
    });
  return whose;
}

const SCOPE_SCHEMA = { type: 'string', default: 'all', description: `Whose: ${SCOPES}.` } as const;

/** The same for editors. */
export const BUDGET_SCHEMAS: JsonObject = {
  budgets: {
    type: 'array',
    description: 'What may be spent in a day, a week or a month of the local calendar.',
    items: {
      type: 'object',
      properties: {
        scope: SCOPE_SCHEMA,
        per: { enum: keysOf(PERIODS), default: 'day', description: 'How long it lasts.' },
        usd: { type: 'number', exclusiveMinimum: 0, description: 'US dollars that may be spent.' },
        tokens: { type: 'integer', minimum: 1, description: 'Tokens that may be used, read and written.' },
        // oxlint-disable-next-line unicorn/no-thenable -- a schema of JSON that nobody awaits
        then: {
          enum: keysOf(BUDGET_ACTIONS),
          default: 'warn',
          description: 'When it is used up: say so, refuse requests (block), or ask cheaper targets only.',
        },
        at: {
          type: 'array',
          items: { type: 'number', minimum: 0.01, maximum: 1 },
          default: DEFAULT_AT,
          description: 'Shares of it at which it is said how much is used.',
        },
      },
      additionalProperties: false,
    },
  },
  limits: {
    type: 'array',
    description: 'How many requests are sent to providers per minute.',
    items: {
      type: 'object',
      properties: {
        scope: SCOPE_SCHEMA,
        requestsPerMinute: {
          type: 'integer',
          minimum: 1,
          description: 'More wait for a moment, or get a 429.',
        },
      },
      required: ['requestsPerMinute'],
      additionalProperties: false,
    },
  },
};
