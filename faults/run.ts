// The fault suite: what gw promises when something breaks, tried on the built program. See docs/reliability.md.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

import { parseDuration } from '../src/lib/duration.ts';
import { readReport, runTests } from './cited.ts';
import { keepFigures } from './page.ts';
import { FAMILIES, type FaultRow, type Result, verdictOf } from './row.ts';
import { ROWS } from './rows.ts';
import { type Live, runRows } from './schedule.ts';

const HELP = `Usage: npm run faults -- [flags]

  --long             larger numbers and the rows that take long: under half an hour
  --only <id>        this row, or all whose id begins so; may be repeated
  --family <name>    one of: ${Object.keys(FAMILIES).join(', ')}; may be repeated
  --soak <duration>  only the soak, for so long (1h, 90s)
  --tests <file>     take the tests from this report of vitest's JSON reporter instead of running them
  --write            put the figures on docs/reliability.md; the long form does that by itself
  --no-write         never do
  --list             name the rows
  --json             one JSON object per row on stdout
`;

/** How often it is looked whether whoever started this is still there. */
const ORPHAN_MS = 1000;

const { values: flags } = parseArgs({
  allowNegative: true,
  options: {
    long: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    family: { type: 'string', multiple: true, default: [] },
    soak: { type: 'string' },
    tests: { type: 'string' },
    write: { type: 'boolean' },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const soakMs = parseDuration(flags.soak ?? '60s') ?? Number.NaN;
const form = flags.long || flags.soak !== undefined ? 'long' : 'short';
const rows = ROWS.filter(isAsked);
// What else the computer does is part of every figure in milliseconds.
const [loadBefore = 0] = loadavg();
const unknown = flags.only.find((id) => !ROWS.some((row) => row.id.startsWith(id)));

// Whoever reads along may have seen enough: `… --list | head`.
process.stdout.on('error', () => process.exit(1));

if (flags.help) process.stdout.write(HELP);
else if (Number.isNaN(soakMs)) {
  process.stderr.write(`--soak ${flags.soak}: a duration is wanted, as 1h or 90s.\n`);
  process.exitCode = 2;
} else if (unknown !== undefined || rows.length === 0) {
  process.stderr.write(
    `There is no such row: ${unknown ?? flags.family.join()}. \`npm run faults -- --list\` names them.\n`,
  );
  process.exitCode = 2;
} else if (flags.list) for (const row of rows) process.stdout.write(`${row.id.padEnd(28)} ${row.promise}\n`);
else await main();

async function main(): Promise<void> {
  const from = performance.now();
  const results: Result[] = [];
  const live = new Set<Live>();
  cleanUpOnSignal(live);
  await runRows(rows, {
    form,
    soakMs,
    live,
    tests: async (files) => (flags.tests === undefined ? runTests(files, live) : readReport(flags.tests)),
    ended(row, result) {
      results.push({ ...result, load: Number(loadBefore.toFixed(1)) });
      tell(row, result);
    },
  });
  if (flags.write ?? form === 'long') keepFigures(results, machine());
  summarise(results, (performance.now() - from) / 1000);
  // Anything a row left behind would keep the process: everything it started was ended by its own handle.
  process.exit(results.some((result) => isUnexpected(result)) ? 1 : 0);
}

/** Stopped in the middle, it leaves no daemon, stopped or not, and no folder. */
function cleanUpOnSignal(live: ReadonlySet<Live>): void {
  const leave = async (code: number): Promise<void> => {
    await Promise.allSettled([...live].map(async (one) => one.end()));
    process.exit(code);
  };
  // 128 and the number of the signal, as shells count.
  process.once('SIGINT', () => void leave(130));
  process.once('SIGTERM', () => void leave(143));
  process.once('SIGHUP', () => void leave(129));
  // Whoever npm put between itself and this dies of a signal without passing it on.
  const parent = process.ppid;
  if (process.env['npm_lifecycle_event'] === undefined) return;
  setInterval(() => {
    if (process.ppid !== parent) void leave(143);
  }, ORPHAN_MS).unref();
}

function isAsked(row: FaultRow): boolean {
  const own = 'run' in row ? row.form : undefined;
  if (flags.only.length > 0) return flags.only.some((id) => row.id === id || row.id.startsWith(`${id}-`));
  if (flags.family.length > 0 && !flags.family.includes(row.family)) return false;
  if (flags.soak !== undefined) return own === 'soak';
  if (flags.list) return true;
  return own !== 'soak' && (own !== 'long' || form === 'long');
}

function isUnexpected(result: Result): boolean {
  return verdictOf(result) === 'missed' && ROWS.find(({ id }) => id === result.id)?.gap === undefined;
}

function tell(row: FaultRow, result: Result): void {
  const verdict = verdictOf(result);
  if (flags.json) {
    const { family, promise, gap } = row;
    process.stdout.write(
      `${JSON.stringify({ ...result, family, promise, verdict, ...(gap !== undefined && { gap }) })}\n`,
    );
    return;
  }
  const word = verdict === 'missed' && row.gap !== undefined ? 'missed (known)' : verdict;
  const { n, failures, figure, yardstick, causes, seconds } = result;
  const beside = yardstick === undefined ? '' : `  [${yardstick}]`;
  process.stdout.write(
    `${word.padEnd(14)} ${row.id.padEnd(26)} ${failures}/${n}  ${figure}${beside}  ${seconds} s\n`,
  );
  if (result.notHere !== undefined) process.stdout.write(`               ${result.notHere}\n`);
  for (const cause of causes.slice(0, 5)) process.stdout.write(`               ${cause}\n`);
  if (verdict === 'missed' && row.gap !== undefined)
    process.stdout.write(`               known: ${row.gap}\n`);
  if (verdict === 'met' && row.gap !== undefined)
    process.stdout.write(`               met although a gap is noted: take the note away\n`);
}

function summarise(results: readonly Result[], seconds: number): void {
  const count = (verdict: string): number => results.filter((result) => verdictOf(result) === verdict).length;
  const known = results.filter((result) => verdictOf(result) === 'missed' && !isUnexpected(result)).length;
  const line = `${count('met')} met, ${count('missed')} missed (${known} known), ${count('not run here')} not run here; ${Math.round(seconds)} s`;
  (flags.json ? process.stderr : process.stdout).write(`\n${line}\n`);
}

function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${process.platform}`;
}
