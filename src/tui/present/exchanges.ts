import { costOf } from '../../core/spending.ts';
import type { Trail } from '../../core/trail.ts';
import type { Usage } from '../../core/usage.ts';
import { foreign, span } from './line.ts';
import { dollars } from './money.ts';
import { outcomeWord, storyInShort } from './outcome.ts';
import type { Column } from './table.ts';
import { age, bytes, latency, shortCount, timeOfDay } from './words.ts';

/** The columns of the live panel; ages are as of `now`. */
export function liveColumns(now: number): readonly Column<Trail>[] {
  return [
    { title: 'LIVE', width: 8, cell: ({ at }) => span(timeOfDay(at)) },
    { ...outcomeColumn, width: 12 },
    { title: 'age', width: 6, align: 'right', cell: (trail) => span(elapsed(trail, now)) },
    askedColumn,
    { title: 'target', width: 18, grow: 3, cell: (trail) => span(storyInShort(trail)) },
    { title: 'client', width: 11, grow: 1, drop: 2, cell: ({ client }) => span(foreign(client.name), 'dim') },
    { title: 'try', width: 5, drop: 3, align: 'right', cell: (trail) => span(tries(trail)) },
    { title: 'out', width: 7, drop: 4, align: 'right', cell: ({ bytesOut }) => span(bytes(bytesOut)) },
  ];
}

/** The columns of the list of requests; ages of running ones are as of `now`. */
export function requestColumns(now: number): readonly Column<Trail>[] {
  return [
    { title: 'REQUESTS', width: 8, cell: ({ at }) => span(timeOfDay(at)) },
    outcomeColumn,
    { title: 'total', width: 6, align: 'right', cell: (trail) => span(elapsed(trail, now)) },
    askedColumn,
    { title: 'served by', width: 18, grow: 3, cell: (trail) => span(storyInShort(trail)) },
    { title: 'client', width: 11, grow: 1, drop: 3, cell: ({ client }) => span(foreign(client.name), 'dim') },
    {
      title: 'first',
      width: 6,
      drop: 2,
      align: 'right',
      cell: (trail) => span(latency(trail.firstContentMs)),
    },
    { title: 'tokens', width: 11, drop: 4, align: 'right', cell: ({ usage }) => span(tokens(usage)) },
    { title: 'cost', width: 8, drop: 7, align: 'right', cell: (trail) => costCell(trail) },
    { title: 'status', width: 6, drop: 5, align: 'right', cell: ({ status }) => span(String(status || '–')) },
    { title: 'id', width: 16, drop: 6, cell: ({ id }) => span(foreign(id), 'dim') },
  ];
}

function costCell(trail: Trail) {
  const usd = costOf(trail);
  return span(
    usd === undefined && trail.usage === undefined ? '' : dollars(usd),
    usd === undefined ? 'dim' : 'plain',
  );
}

const outcomeColumn: Column<Trail> = {
  title: 'outcome',
  width: 11,
  cell: (trail) => {
    const { symbol, word, tone } = outcomeWord(trail);
    return span(`${symbol} ${trail.rehearsal ? `${word}*` : word}`, tone);
  },
};

const askedColumn: Column<Trail> = {
  title: 'asked for',
  width: 12,
  grow: 1,
  drop: 1,
  cell: ({ asked, operation }) => span(asked === undefined ? operation : foreign(asked)),
};

/** `1.2k→340`: tokens in and out. */
export function tokens(usage: Usage | undefined): string {
  if (usage?.input === undefined && usage?.output === undefined) return '–';
  const side = (value: number | undefined): string => (value === undefined ? '?' : shortCount(value));
  return `${side(usage.input)}→${side(usage.output)}`;
}

function elapsed(trail: Trail, now: number): string {
  return trail.totalMs === undefined ? age(now - trail.at) : latency(trail.totalMs);
}

/** `2/3`: which attempt this is, of how many targets there are to try. */
function tries(trail: Trail): string {
  const targets = trail.plan.filter(({ skipped }) => skipped === undefined).length;
  return `${trail.attempts.length}/${Math.max(targets, trail.attempts.length)}`;
}
