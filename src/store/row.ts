import type { SQLInputValue } from 'node:sqlite';

import { field, isObject, parseJson } from '../lib/expect.ts';

/**
 * What a row repeats of its trail, so that questions can be asked in SQL. Everything else is in `trail`, the whole
 * Trail as JSON. `provider` and `model` are who served it, or who was asked last when nobody did; `tried` names every
 * provider asked, as `,openai,groq,`.
 */
export const COLUMNS = {
  id: 'TEXT NOT NULL UNIQUE',
  at: 'INTEGER NOT NULL',
  operation: 'TEXT',
  route: 'TEXT',
  asked: 'TEXT',
  provider: 'TEXT',
  model: 'TEXT',
  tried: 'TEXT NOT NULL',
  status: 'INTEGER',
  outcome: 'TEXT NOT NULL',
  fault: 'TEXT',
  failover: 'INTEGER NOT NULL',
  stream: 'INTEGER NOT NULL',
  rehearsal: 'INTEGER NOT NULL',
  client: 'TEXT',
  session: 'TEXT',
  total_ms: 'REAL',
  first_content_ms: 'REAL',
  tokens_in: 'INTEGER',
  tokens_out: 'INTEGER',
  attempts: 'INTEGER NOT NULL',
  trail: 'TEXT NOT NULL',
} as const;

/** The values of one row in the order of `COLUMNS`; undefined when the line is no trail. */
export function toRow(line: string): SQLInputValue[] | undefined {
  const trail = parseJson(line);
  if (!isObject(trail) || typeof trail['id'] !== 'string' || typeof trail['at'] !== 'number')
    return undefined;
  const attempts = Array.isArray(trail['attempts']) ? trail['attempts'] : [];
  const target = trail['served'] ?? field(attempts.at(-1), 'target');
  const usage = trail['usage'];
  return [
    trail['id'],
    Math.floor(trail['at']),
    text(trail['operation']),
    text(trail['route']),
    text(trail['asked']),
    text(field(target, 'provider')),
    text(field(target, 'model')),
    providersTried(attempts),
    number(trail['status']),
    text(trail['outcome']) ?? 'failed',
    text(trail['fault']),
    trail['failover'] === true ? 1 : 0,
    trail['stream'] === true ? 1 : 0,
    trail['rehearsal'] === true ? 1 : 0,
    text(field(trail['client'], 'name')),
    text(field(trail['client'], 'session')),
    number(trail['totalMs']),
    number(trail['firstContentMs']),
    number(field(usage, 'input')),
    number(field(usage, 'output')),
    attempts.length,
    line,
  ];
}

function providersTried(attempts: readonly unknown[]): string {
  let tried = ',';
  for (const attempt of attempts) {
    const provider = field(field(attempt, 'target'), 'provider');
    if (typeof provider === 'string' && !tried.includes(`,${provider},`)) tried += `${provider},`;
  }
  return tried;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
