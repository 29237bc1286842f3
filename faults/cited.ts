import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { field, isObject, parseJson, stringField } from '../src/lib/expect.ts';
import type { Citation, CitedRow, Finding } from './row.ts';

const ROOT = join(import.meta.dirname, '..');
const TEST_LIMIT_MS = 15 * 60_000;

/** One test as vitest's JSON reporter tells it. */
export interface TestReport {
  /** Path below test/, with slashes. */
  readonly file: string;
  readonly name: string;
  readonly status: string;
}

/** Runs these test files and answers with every test in them. */
export async function runTests(
  files: readonly string[],
  live: Set<{ end(): unknown }>,
): Promise<readonly TestReport[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gw-faults-tests-'));
  const output = join(folder, 'report.json');
  let running: { end(): unknown } | undefined;
  try {
    const words = [
      'run',
      '--reporter=json',
      `--outputFile=${output}`,
      ...files.map((file) => `test/${file}`),
    ];
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), ...words], {
      cwd: ROOT,
      stdio: 'ignore',
      timeout: TEST_LIMIT_MS,
    });
    running = {
      end() {
        child.kill();
        rmSync(folder, { recursive: true, force: true });
      },
    };
    live.add(running);
    await once(child, 'exit');
    return readReport(output);
  } finally {
    if (running) live.delete(running);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads what vitest's JSON reporter wrote. */
export function readReport(path: string): readonly TestReport[] {
  const files = field(parseJson(readFileSync(path, 'utf8')), 'testResults');
  if (!Array.isArray(files)) throw new Error(`${path} is no report of vitest's JSON reporter`);
  return files.flatMap((entry: unknown) => {
    const path = (stringField(entry, 'name') ?? '').replaceAll('\\', '/');
    const file = path.slice(path.lastIndexOf('/test/') + '/test/'.length);
    const tests = field(entry, 'assertionResults');
    return (Array.isArray(tests) ? tests : []).filter(isObject).map((one) => ({
      file,
      name: stringField(one, 'fullName') ?? '',
      status: stringField(one, 'status') ?? '',
    }));
  });
}

/** What the tests a row cites say. A citation that no test answers to is a miss: tests move, promises stay. */
export function findingOf(row: CitedRow, reports: readonly TestReport[]): Finding {
  const cited = row.cites.map((citation) => reports.filter((report) => answersTo(report, citation)));
  const tests = [...new Set(cited.flat())];
  const run = tests.filter(({ status }) => status !== 'skipped' && status !== 'pending' && status !== 'todo');
  const failed = run.filter(({ status }) => status !== 'passed');
  const missing = row.cites.filter((_, index) => cited[index]?.length === 0);
  return {
    n: run.length,
    failures: failed.length,
    figure: `${run.length - failed.length} of ${run.length} tests`,
    causes: [
      ...failed.map(({ name }) => `fails: ${name}`),
      ...missing.map(({ file, name = '' }) => `no such test, or its file cannot be loaded: ${file} ${name}`),
    ],
    ...(tests.length > 0 && run.length === 0 && { notHere: 'its tests are skipped on this platform' }),
  };
}

function answersTo(report: TestReport, { file, name = '' }: Citation): boolean {
  return report.file === file && report.name.includes(name);
}
