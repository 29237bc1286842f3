import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openArchive } from '../../../src/store/index.ts';
import { NIGHT } from '../../sample-trail.ts';

const PROGRAM = join(import.meta.dirname, 'recording-process.ts');
let home: string;
let path: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-crash-'));
  path = join(home, 'requests.db');
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Report {
  readonly recorded: number;
  readonly dropped: number;
  readonly problem?: string;
}

async function* reportsOf(child: ChildProcess): AsyncGenerator<Report> {
  if (child.stdout === null) throw new Error('no stdout');
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Report;
}

function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
}

describe('a process that records', () => {
  test.each([1_500, 9_000])(
    'loses nothing that was flushed when it is killed after %i rows',
    async (enough) => {
      const child = spawn(process.execPath, [PROGRAM, path, '500'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exit = ended(child);
      let promised = 0;
      for await (const { recorded } of reportsOf(child)) {
        promised = recorded;
        if (promised >= enough) child.kill('SIGKILL');
      }
      expect(await exit).toBe('SIGKILL');
      const database = new DatabaseSync(path);
      expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      database.close();
      const archive = openArchive(path);
      if (archive.is === 'failed') throw new Error(archive.fault);
      const times = archive.value.list({ limit: 1_000_000 }).map(({ at }) => at - NIGHT);
      archive.value.close();
      expect(times.length).toBeGreaterThanOrEqual(promised);
      expect(times).toEqual(times.map((_, index) => index));
    },
  );

  test.skipIf(process.platform === 'win32')(
    'goes on without its log when the disk is full, and says so',
    async () => {
      // 512-byte blocks: the database may grow to 256 KiB, and every write beyond that fails.
      const limited = `ulimit -f 512; exec "$0" "$@"`;
      const child = spawn('sh', ['-c', limited, process.execPath, PROGRAM, path, '1000', '4'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exit = ended(child);
      const reports: Report[] = [];
      for await (const report of reportsOf(child)) reports.push(report);
      expect(await exit).toBeNull();
      const last = reports.at(-1);
      expect(last?.recorded).toBe(4_000);
      expect(last?.dropped).toBeGreaterThan(0);
      expect(last?.problem).toContain('the request log');
      const archive = openArchive(path);
      if (archive.is === 'failed') throw new Error(archive.fault);
      expect(archive.value.list({ limit: 10_000 }).length).toBe(4_000 - (last?.dropped ?? 0));
      archive.value.close();
    },
  );
});
