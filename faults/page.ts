import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { table } from '../scripts/markdown.ts';
import { FAMILIES, type Family, type FaultRow, type Result, verdictOf } from './row.ts';
import { ROWS } from './rows.ts';

const ROOT = join(import.meta.dirname, '..');
const FIGURES = join(ROOT, 'faults', 'figures.json');
const PAGE = join(ROOT, 'docs', 'reliability.md');

/** What was found last, by row. */
export interface Figures {
  /** The computer the figures are from, in a line. */
  readonly machine: string;
  readonly results: Readonly<Record<string, Result>>;
}

export function readFigures(): Figures {
  if (!existsSync(FIGURES)) return { machine: '', results: {} };
  return JSON.parse(readFileSync(FIGURES, 'utf8')) as Figures;
}

/** Keeps what was found, beside what other runs found of other rows, and writes the page anew. */
export function keepFigures(results: readonly Result[], machine: string): void {
  const known = readFigures().results;
  const all: Record<string, Result> = {};
  for (const { id } of ROWS) {
    const found = results.find((result) => result.id === id) ?? known[id];
    if (found) all[id] = found;
  }
  writeFileSync(FIGURES, `${JSON.stringify({ machine, results: all }, null, 2)}\n`);
  writeFileSync(PAGE, renderReliability());
}

/** `docs/reliability.md`, from the table of rows and what was found last. */
export function renderReliability({ machine, results }: Figures = readFigures()): string {
  const count = (verdict: string): number =>
    ROWS.filter(({ id }) => (results[id] ? verdictOf(results[id]) : 'not run yet') === verdict).length;
  const sections = Object.entries(FAMILIES).map(([family, title]) => {
    return `## ${title}\n\n${renderFamily(
      ROWS.filter((row) => row.family === (family as Family)),
      results,
    )}`;
  });
  const open = ROWS.filter(({ id }) => results[id] && verdictOf(results[id]) !== 'met');
  const account = [
    `${ROWS.length} promises: ${count('met')} met, ${count('missed')} missed, ${count('not run here')} not run on that computer, ${count('not run yet')} not run yet.`,
    ...(machine === '' ? [] : [`The figures are from ${machine}${loadsOf(results)}.`]),
  ];
  return `${INTRODUCTION}
## The account

${account.join('\n')}

${renderOpen(open, results)}
${sections.join('\n\n')}
`;
}

/** Other work is part of every figure in milliseconds. */
function loadsOf(results: Figures['results']): string {
  const loads = Object.values(results).flatMap(({ load }) => load ?? []);
  if (loads.length === 0) return '';
  const [least, most] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
  return `, where a load of ${least === most ? least : `${least} to ${most}`} ran already when their runs began`;
}

function renderOpen(rows: readonly FaultRow[], results: Readonly<Record<string, Result>>): string {
  if (rows.length === 0) return '';
  const lines = rows.map(({ id, gap }) => {
    const { causes = [], notHere } = results[id] ?? {};
    const known = gap === undefined ? '' : ` Known: ${gap}`;
    return `- \`${id}\`: ${notHere ?? causes.slice(0, 3).map(plain).join('; ')}.${known}`;
  });
  return `What is not met, and why:\n\n${lines.join('\n')}\n`;
}

function renderFamily(rows: readonly FaultRow[], results: Readonly<Record<string, Result>>): string {
  return table(
    ['', 'Promise', 'How it is tested', 'n', 'failures', 'Figure', 'Without gw'],
    rows.map((row, index) => {
      const result = results[row.id];
      const above = rows[index - 1];
      const isSame = above !== undefined && howOf(above) === howOf(row);
      return [
        `${result ? MARKS[verdictOf(result)] : '·'} \`${row.id}\``,
        plain(row.promise),
        isSame ? '″' : plain(howOf(row)),
        result ? String(result.n) : '–',
        result ? String(result.failures) : '–',
        plain(result?.figure ?? 'not run yet'),
        plain(result?.yardstick ?? ''),
      ];
    }),
  );
}

const MARKS = { met: '✓', missed: '✗', 'not run here': '–' } as const;

function howOf(row: FaultRow): string {
  if ('run' in row) return row.how;
  return `${row.how} (${[...new Set(row.cites.map(({ file }) => `test/${file}`))].join(', ')})`;
}

/** Text from a failure may hold anything; a table has no room for bars and line ends. */
function plain(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll('<', '&lt;');
}

const INTRODUCTION = `# Reliability

What gw promises when something breaks, how each promise is tested, and what came out. This page is written by the run
itself (\`faults/\`), figures included; a promise that is missed is printed as missed, with its cause.

Faults are injected on loopback: a simulated provider that fails in any format on request ([simulator](simulator.md)), a
TCP proxy that delays, cuts, resets and forgets connections, callers on bare sockets and the vendors' own SDKs, signals
and small disks. What is tested is the built program, as a process of its own in a home of its own, with its defaults
untouched unless a row says otherwise. Where it says something, the same was done without gw in the same run: *direct*
(the caller asks the provider) and *bare* (through thirty lines of \`node:http\` and \`undici\`, \`bench/yardsticks/request-proxy.ts\`).
Rows that the test suite shows already are counted from there, by the names of those tests.

\`\`\`
npm run faults                      # the short form, under three minutes: smaller numbers, wider bars; part of the gate
npm run faults:long                 # the long form, under half an hour: these figures; writes this page
npm run faults -- --only <id>       # one row; --list names them
npm run faults:long -- --soak 1h    # the soak, by itself
\`\`\`

A mark before a row: ✓ met, ✗ missed, – could not run there, · not run yet. n is how often it was tried; a promise can be
missed with no failure in it, when all of them together miss a bar.

Each row shows its last run, and not all ran at the same time: a bar in milliseconds that a busy computer misses may be met
on a quiet one, and the other way round.

What this does not show: real providers, whose faults are only as good as our knowledge of them; other systems than the
one the figures are from; a computer that really sleeps (SIGSTOP stands in for it) or a disk that is really full (a limit on
the size of files does); certificates that are wrong in subtler ways than not being there.
`;
