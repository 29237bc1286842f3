import { findingOf, type TestReport } from './cited.ts';
import type { CitedRow, FaultRow, Finding, MeasuredRow, Result } from './row.ts';
import { Scene } from './scene.ts';
import { messageOf } from './tally.ts';

/** What runs by itself until it is ended. */
export interface Live {
  end(): unknown;
}

export interface Run {
  readonly form: 'short' | 'long';
  readonly soakMs: number;
  /** Answers with the tests of these files. */
  readonly tests: (files: readonly string[]) => Promise<readonly TestReport[]>;
  /** Where to put what a row has started, for whoever ends this run before its time. */
  readonly live: Set<Live>;
  /** Called with each row as it ends. */
  readonly ended: (row: FaultRow, result: Result) => void;
}

/**
 * Rows that wait side by side. Each has a daemon and up to sixteen providers; in the long form 64 callers too, of each of
 * eight kinds: more at a time would measure this computer.
 */
const WAITING_AT_ONCE = { short: 8, long: 3 } as const;
/** A row that hangs is a failed row, not a run without an end. */
const ROW_LIMIT_MS = { short: 170_000, long: 15 * 60_000 } as const;

/** Runs the rows: what waits, with what works and the tests beside it; then, with nothing else, what is measured finely. */
export async function runRows(rows: readonly FaultRow[], run: Run): Promise<void> {
  const measured = rows.filter((row) => 'run' in row);
  const paced = (pace: MeasuredRow['pace']): MeasuredRow[] => measured.filter((row) => row.pace === pace);
  const atWork = async (): Promise<void> => {
    await inTurn(paced('works'), 1, run);
    await runCited(
      rows.filter((row) => 'cites' in row),
      run,
    );
  };
  await Promise.all([inTurn(paced('waits'), WAITING_AT_ONCE[run.form], run), atWork()]);
  await inTurn(paced('alone'), 1, run);
}

async function runCited(rows: readonly CitedRow[], run: Run): Promise<void> {
  if (rows.length === 0) return;
  const from = performance.now();
  const files = new Set(rows.flatMap(({ cites }) => cites.map(({ file }) => file)));
  const reports = await run.tests([...files].sort());
  const seconds = (performance.now() - from) / 1000 / rows.length;
  for (const row of rows) run.ended(row, resultOf(row, findingOf(row, reports), seconds, run));
}

async function inTurn(rows: readonly MeasuredRow[], atOnce: number, run: Run): Promise<void> {
  const left = [...rows];
  const worker = async (): Promise<void> => {
    for (let row = left.shift(); row; row = left.shift()) await runRow(row, run);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function runRow(row: MeasuredRow, run: Run): Promise<void> {
  const from = performance.now();
  const scene = new Scene(run.form, run.soakMs);
  run.live.add(scene);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const limitMs = row.form === 'soak' ? run.soakMs * 2 + ROW_LIMIT_MS.short : ROW_LIMIT_MS[run.form];
    timer = setTimeout(() => reject(new Error(`did not end within ${limitMs / 1000} s`)), limitMs);
  });
  let finding: Finding;
  try {
    finding = await Promise.race([row.run(scene), late]);
  } catch (error) {
    finding = { n: 0, failures: 1, figure: '–', causes: [`the row itself failed: ${messageOf(error)}`] };
  } finally {
    clearTimeout(timer);
    await scene.end();
    run.live.delete(scene);
  }
  run.ended(row, resultOf(row, finding, (performance.now() - from) / 1000, run));
}

function resultOf(row: FaultRow, finding: Finding, seconds: number, { form }: Run): Result {
  return { id: row.id, form, seconds: Math.round(seconds * 10) / 10, ...finding };
}
