import { costOf } from '../../core/spending.ts';
import type { Trail } from '../../core/trail.ts';
import { foreign, span } from './line.ts';
import { dollars } from './money.ts';
import { servedBy } from './outcome.ts';
import type { Column } from './table.ts';
import { count, latency, percent, shortCount, timeOfDay } from './words.ts';

/** What requests can be grouped by, in the order `b` goes through. */
export const GROUPS = ['client', 'session', 'model', 'provider'] as const;
export type GroupBy = (typeof GROUPS)[number];

/** Requests that share a client, a session, a model or a provider, added up. */
export interface Group {
  readonly id: string;
  /** What finds the group's requests again. */
  readonly filter: string;
  readonly requests: number;
  readonly live: number;
  readonly served: number;
  readonly failed: number;
  readonly failovers: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly firstP50: number | undefined;
  readonly tokens: number;
  readonly costUsd: number | undefined;
  readonly lastAt: number;
}

/** The field of a filter that finds a group again: a name in it must be the group's own. */
const FIELDS: Readonly<Record<GroupBy, string>> = {
  client: 'client',
  session: 'session',
  model: 'asked',
  provider: 'by',
};

const NAMES: Readonly<Record<GroupBy, (trail: Trail) => string | undefined>> = {
  client: ({ client }) => client.name,
  session: ({ client }) => client.session,
  model: ({ asked }) => asked,
  provider: (trail) => servedBy(trail)?.provider,
};

/** The groups, the busiest first. */
export function groupExchanges(trails: readonly Trail[], by: GroupBy): readonly Group[] {
  const members = new Map<string, Trail[]>();
  for (const trail of trails) {
    const name = NAMES[by](trail) ?? '';
    const known = members.get(name);
    if (known === undefined) members.set(name, [trail]);
    else known.push(trail);
  }
  return [...members]
    .map(([name, own]) => addUp(name, by, own))
    .sort((a, b) => b.requests - a.requests || (a.id < b.id ? -1 : 1));
}

/** The columns of a list of groups. */
export function groupColumns(by: GroupBy): readonly Column<Group>[] {
  const number = (title: string, width: number, drop: number, text: (group: Group) => string) =>
    ({ title, width, drop, align: 'right', cell: (group: Group) => span(text(group)) }) as const;
  return [
    {
      title: by.toUpperCase(),
      width: 18,
      grow: 1,
      cell: ({ id }) => span(id === '' ? '(none)' : foreign(id)),
    },
    { title: 'requests', width: 8, align: 'right', cell: ({ requests }) => span(count(requests)) },
    number('live', 4, 7, ({ live }) => (live === 0 ? '' : count(live))),
    number('served', 6, 1, ({ served, failed }) => percent(served, served + failed)),
    {
      title: 'failed',
      width: 6,
      align: 'right',
      cell: ({ failed }) => span(count(failed), failed > 0 ? 'bad' : 'plain'),
    },
    number('failovers', 9, 4, ({ failovers }) => count(failovers)),
    number('p50', 6, 3, ({ p50 }) => latency(p50)),
    number('p95', 6, 2, ({ p95 }) => latency(p95)),
    number('first', 6, 5, ({ firstP50 }) => latency(firstP50)),
    number('tokens', 6, 6, ({ tokens }) => shortCount(tokens)),
    number('cost', 8, 8, ({ costUsd }) => dollars(costUsd)),
    number('last', 8, 9, ({ lastAt }) => timeOfDay(lastAt)),
  ];
}

function addUp(id: string, by: GroupBy, trails: readonly Trail[]): Group {
  const totals = values(trails, (trail) => (trail.outcome === 'served' ? trail.totalMs : undefined));
  const firsts = values(trails, (trail) => (trail.outcome === 'served' ? trail.firstContentMs : undefined));
  const costs = values(trails, costOf);
  const served = trails.filter(({ outcome }) => outcome === 'served').length;
  return {
    id,
    filter: id === '' ? `!${FIELDS[by]}:*` : `${FIELDS[by]}:"=${id.replaceAll('"', '')}"`,
    requests: trails.length,
    live: trails.filter(({ outcome }) => outcome === 'pending').length,
    served,
    failed: trails.filter(({ outcome }) => outcome === 'failed' || outcome === 'cut').length,
    failovers: trails.filter(({ failover }) => failover).length,
    p50: quantile(totals, 0.5),
    p95: quantile(totals, 0.95),
    firstP50: quantile(firsts, 0.5),
    tokens: trails.reduce((sum, { usage }) => sum + (usage?.input ?? 0) + (usage?.output ?? 0), 0),
    costUsd: costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0),
    lastAt: Math.max(...trails.map(({ at }) => at)),
  };
}

function values(trails: readonly Trail[], value: (trail: Trail) => number | undefined): readonly number[] {
  return trails.map(value).filter((found) => found !== undefined);
}

/** By nearest rank. */
function quantile(readings: readonly number[], share: number): number | undefined {
  const sorted = [...readings].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
