import type { SQLInputValue } from 'node:sqlite';

import type { TrailOutcome } from '../core/trail.ts';
import { isGlob } from '../lib/glob.ts';
import { idFloor } from '../lib/id.ts';

/** Which exchanges to look at; every field narrows. Names of models, routes and clients may have `*` and `?`. */
export interface TrailFilter {
  /** Began at or after, and before (epoch milliseconds). */
  readonly since?: number;
  readonly until?: number;
  /** At most so many, the newest. */
  readonly limit?: number;
  /** Status the caller got: from, to (both included). */
  readonly status?: readonly [from: number, to: number];
  /** Any provider that was asked, whether it served or not. */
  readonly provider?: string;
  /** The model asked for, or the one that served. */
  readonly model?: string;
  readonly route?: string;
  readonly client?: string;
  readonly outcome?: readonly TrailOutcome[];
  readonly failover?: boolean;
  /** Found anywhere in the trail. */
  readonly text?: string;
  /** Written after the exchange with this id: how new ones are followed. */
  readonly after?: string;
  /** Tests of gw itself too (drills, probes), which are left out otherwise. */
  readonly rehearsals?: boolean;
}

/** A condition in SQL and the values for its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** A filter as the inside of a WHERE clause. */
export function toCondition(filter: TrailFilter): Condition {
  const parts = [...whenConditions(filter), ...whatConditions(filter)];
  return {
    sql: parts.length === 0 ? '1' : parts.map(({ sql }) => sql).join(' AND '),
    values: parts.flatMap(({ values }) => values),
  };
}

function whenConditions({ since, until, after }: TrailFilter): Condition[] {
  const parts: Condition[] = [];
  if (since !== undefined) parts.push(condition('id >= ?', idFloor(since)));
  if (until !== undefined) parts.push(condition('id < ?', idFloor(until)));
  if (after !== undefined) {
    // When that row is gone (retention, a new database) the ids' own order is the best that is left.
    parts.push(
      condition(
        'CASE WHEN EXISTS (SELECT 1 FROM exchange WHERE id = ?)' +
          ' THEN seq > (SELECT seq FROM exchange WHERE id = ?) ELSE id > ? END',
        after,
        after,
        after,
      ),
    );
  }
  return parts;
}

function whatConditions(filter: TrailFilter): Condition[] {
  const { status, provider, model, route, client, outcome, failover, text } = filter;
  const parts: Condition[] = [];
  if (status !== undefined) parts.push(condition('status BETWEEN ? AND ?', ...status));
  if (provider !== undefined) parts.push(triedAt(provider));
  if (model !== undefined) parts.push(named(['asked', 'model'], model));
  if (route !== undefined) parts.push(named(['route'], route));
  if (client !== undefined) parts.push(named(['client'], client));
  if (outcome !== undefined) {
    parts.push(condition(`outcome IN (${outcome.map(() => '?').join(', ')})`, ...outcome));
  }
  if (failover !== undefined) parts.push(condition('failover = ?', failover ? 1 : 0));
  if (text !== undefined) parts.push(condition('instr(trail, ?) > 0', text));
  // Last, because nearly every row passes, and a search in the text spares the others being parsed.
  if (filter.rehearsals !== true) parts.push(condition('rehearsal = 0'));
  return parts;
}

/** Looking for the name in the text first spares most rows the search through their attempts. */
function triedAt(provider: string): Condition {
  return condition(
    'instr(trail, ?) > 0 AND EXISTS' +
      " (SELECT 1 FROM json_each(trail, '$.attempts') WHERE value ->> '$.target.provider' = ?)",
    `"provider":${JSON.stringify(provider)}`,
    provider,
  );
}

function named(columns: readonly string[], name: string): Condition {
  const [operator, value] = isGlob(name) ? ['GLOB', name.replaceAll('[', '[[]')] : ['=', name];
  const sql = columns.map((column) => `${column} ${operator} ?`).join(' OR ');
  return condition(`(${sql})`, ...columns.map(() => value));
}

function condition(sql: string, ...values: SQLInputValue[]): Condition {
  return { sql, values };
}
