import { connectControl, type Status } from '../../control/index.ts';
import type { Incident } from '../../core/health.ts';
import { collectIncidents } from '../../core/incident.ts';
import type { Trail } from '../../core/trail.ts';
import { decodeLogRecord, lastLines, LOG_LEVELS, readableLine } from '../../daemon/index.ts';
import type { Context } from '../context.ts';
import { flushDaemon, readLog } from '../story/log-reading.ts';

const CONNECT_MS = 300;
// Whoever gets the report reads some of it; the record has the rest.
const REQUESTS_TOLD = 20;
const SLOWEST_TOLD = 5;
const LINES_READ = 5_000;
const LINES_TOLD = 100;

/** What a report is asked for. */
export interface ReportQuestion {
  readonly since: number;
  readonly until: number;
  /** Only what concerns this provider. */
  readonly provider: string | undefined;
}

/** What there is to report. */
export interface Findings {
  readonly question: ReportQuestion;
  readonly status: Status | undefined;
  readonly counts: Counts;
  readonly incidents: readonly Incident[];
  /** Exchanges with a failed attempt: the newest, oldest first. */
  readonly troubled: readonly Trail[];
  /** How many there were in all. */
  readonly troubledInAll: number;
  /** Served ones that took longest. */
  readonly slowest: readonly Trail[];
  /** Warnings and errors of the daemon, as a person reads them. */
  readonly log: readonly string[];
}

/** How it went in all. */
export interface Counts {
  readonly requests: number;
  readonly served: number;
  readonly failed: number;
  readonly cut: number;
  readonly gone: number;
  readonly failovers: number;
}

/** Looks everything up that a report tells. */
export async function gather(context: Context, question: ReportQuestion): Promise<Findings> {
  await flushDaemon(context);
  const trails = readLog(context, (archive) => [...archive.each({ since: question.since })]) ?? [];
  const concerned = trails.filter((trail) => concerns(trail, question.provider));
  const troubled = concerned.filter(({ attempts, outcome }) => {
    const failed = attempts.some(
      // What gw chaos did on purpose is no provider's trouble.
      ({ fault, target, injected }) =>
        fault !== undefined && injected === undefined && matches(target.provider, question.provider),
    );
    return failed || outcome === 'failed' || outcome === 'cut';
  });
  return {
    question,
    status: await readStatus(context),
    counts: countOf(concerned),
    incidents: collectIncidents(concerned, question.until).filter(({ target }) =>
      matches(target.provider, question.provider),
    ),
    troubled: troubled.slice(-REQUESTS_TOLD),
    troubledInAll: troubled.length,
    slowest: concerned
      .filter(({ outcome }) => outcome === 'served')
      .sort((a, b) => (b.totalMs ?? 0) - (a.totalMs ?? 0))
      .slice(0, SLOWEST_TOLD),
    // The daemon's own words name everybody.
    log: question.provider === undefined ? readWarnings(context, question.since) : [],
  };
}

function concerns(trail: Trail, provider: string | undefined): boolean {
  return trail.rehearsal !== true && trail.attempts.some(({ target }) => matches(target.provider, provider));
}

function matches(name: string, wanted: string | undefined): boolean {
  return wanted === undefined || name === wanted;
}

function countOf(trails: readonly Trail[]): Counts {
  const ended = (wanted: Trail['outcome']): number =>
    trails.filter(({ outcome }) => outcome === wanted).length;
  return {
    requests: trails.length,
    served: ended('served'),
    failed: ended('failed'),
    cut: ended('cut'),
    gone: ended('gone'),
    failovers: trails.filter(({ failover }) => failover).length,
  };
}

async function readStatus({ paths }: Context): Promise<Status | undefined> {
  const connection = await connectControl(paths.socket, { timeoutMs: CONNECT_MS });
  if (connection.is === 'failed') return undefined;
  try {
    return await connection.value.call('status', {});
  } catch {
    return undefined;
  } finally {
    connection.value.close();
  }
}

function readWarnings({ paths }: Context, since: number): readonly string[] {
  return lastLines(paths.log, LINES_READ)
    .filter((line) => {
      const record = decodeLogRecord(line);
      return record !== undefined && record.at >= since && LOG_LEVELS[record.level] >= LOG_LEVELS.warn;
    })
    .slice(-LINES_TOLD)
    .map(readableLine);
}
