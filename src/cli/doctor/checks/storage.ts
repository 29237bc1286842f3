import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { DEFAULT_SETTINGS, type Settings } from '../../../core/settings.ts';
import { decodeLogRecord, lastLines } from '../../../daemon/index.ts';
import { formatDuration } from '../../../lib/duration.ts';
import { openArchive } from '../../../store/index.ts';
import { assigningLine } from '../../clients/detect-shell.ts';
import { formatBytes } from '../../story/words.ts';
import { type Check, type CheckGroup, type Finding, fine, problem, skipped, warning } from '../check.ts';
import type { Scene } from '../scene.ts';

// With less than this, SQLite's own files do not fit any more.
const FEW_BYTES = 50 * 1_000_000;
const DAY_MS = 86_400_000;
// Files beside the log, and a little of the next day's rows.
const SWOLLEN = 1.5;

const disk: Check = {
  id: 'disk',
  looksAt: 'leave to write the profile and the state, and room on the disk for what the log may grow to',
  look({ machine, context: { paths, env }, ...scene }) {
    const closed = [paths.stateDir, paths.configDir].find((folder) => !mayWrite(folder));
    if (closed !== undefined) {
      const fix = `make it writable for this user, or choose another place: ${assigningLine(env, 'GW_HOME', 'DIRECTORY')}`;
      return [problem(`this user may not write in ${closed}`, fix, { about: closed })];
    }
    const free = machine.freeBytes(paths.stateDir);
    if (free === undefined) return [skipped('the system does not say how much room there is')];
    const { record, log } = settingsOf(scene);
    const wanted = record.maxBytes + log.maxBytes * (log.keep + 1);
    const sentence = `${formatRoom(free)} free for ${paths.stateDir}`;
    const figures = { freeBytes: free };
    if (free < FEW_BYTES) return [problem(`only ${sentence}`, 'free disk space', { figures })];
    if (free > wanted) return [fine(sentence, undefined, { figures })];
    const less = `gw config set record.maxBytes ${Math.floor(free / 4)}`;
    return [warning(`only ${sentence}; what gw keeps may grow to ${formatRoom(wanted)}`, less, { figures })];
  },
};

/** Whether files can be made in this directory; one that is not there yet is made in the nearest above it. */
function mayWrite(folder: string): boolean {
  if (!existsSync(folder)) return folder === dirname(folder) ? false : mayWrite(dirname(folder));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const requestLog: Check = {
  id: 'request-log',
  looksAt: 'the request log: readable, sound, not larger than it may be',
  look({ context: { paths }, ...scene }) {
    const opened = openArchive(paths.database, { traceless: true });
    if (opened.is === 'failed') {
      return opened.fault === 'absent'
        ? [fine('nothing was recorded yet')]
        : [problem(opened.fault, 'gw restart (a damaged log is set aside, and a new one begun)')];
    }
    const { rows, damage } = opened.value.inspect();
    opened.value.close();
    if (damage !== undefined) {
      return [
        problem(
          `the request log is damaged: ${damage}`,
          `gw stop; mv ${paths.database} ${paths.database}.damaged; gw start`,
        ),
      ];
    }
    const size = sizeOf(paths.database) + sizeOf(`${paths.database}-wal`);
    const { maxBytes } = settingsOf(scene).record;
    const sentence = `${rows.toLocaleString('en-US')} ${rows === 1 ? 'exchange' : 'exchanges'} in ${formatRoom(size)}`;
    const figures = { rows, bytes: size };
    if (size <= maxBytes * SWOLLEN) return [fine(sentence, undefined, { figures })];
    return [
      warning(
        `${sentence}, more than the ${formatRoom(maxBytes)} it may have: a running gw makes it smaller`,
        'gw start',
        { figures },
      ),
    ];
  },
};

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

const setAside: Check = {
  id: 'set-aside',
  looksAt: 'files that were damaged, and that gw put aside: request log, kept answers, remembered health',
  look({ context: { paths } }) {
    const found = KEPT.flatMap(({ what, keeps, mark }) => putAside(what, paths[keeps], mark));
    return found.length > 0 ? found : [fine('nothing had to be set aside')];
  },
};

const KEPT: readonly {
  readonly what: string;
  readonly mark: string;
  readonly keeps: 'database' | 'answers' | 'health';
}[] = [
  { what: 'log', mark: '.damaged', keeps: 'database' },
  { what: 'store of kept answers', mark: '.damaged', keeps: 'answers' },
  { what: 'file of remembered health', mark: '.set-aside', keeps: 'health' },
];

/** They take room until someone looks at them. */
function putAside(what: string, path: string, mark: string): Finding[] {
  const folder = dirname(path);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.startsWith(basename(path) + mark));
  const [first] = names;
  if (first === undefined) return [];
  const count = names.length === 1 ? '' : ` (${names.length} files)`;
  const about = join(folder, first);
  const fix = `rm ${path}${mark}* (when nobody needs it; gw goes on without)`;
  return [warning(`a damaged ${what} was set aside${count}: ${about}`, fix, { about })];
}

const logErrors: Check = {
  id: 'log-errors',
  looksAt: "errors in the daemon's own log of the last day",
  look({ context: { paths, clock } }) {
    const now = clock.now();
    const errors = errorsSince(lastLines(paths.log, Number.MAX_SAFE_INTEGER), now - DAY_MS);
    const last = errors.at(-1);
    if (last === undefined) return [fine('no error in the last day')];
    const count = errors.length === 1 ? 'an error' : `${errors.length} errors`;
    const ago = formatDuration(Math.max(0, now - last.at));
    return [
      warning(`${count} in the last day, the last ${ago} ago: ${last.event}`, 'gw logs --level error', {
        figures: { errors: errors.length },
      }),
    ];
  },
};

/**
 * What Node.js prints when it crashes has no time of its own; it is as old as the line before it. A start that failed
 * says so twice, to the log and to whoever started it, and is mended by one that did not.
 */
function errorsSince(lines: readonly string[], since: number): { at: number; event: string }[] {
  let found: { at: number; event: string }[] = [];
  let at = 0;
  let isPrinted = false;
  let isStart = false;
  for (const line of lines) {
    const record = decodeLogRecord(line);
    if (record !== undefined && !Number.isNaN(record.at)) at = record.at;
    const begins = record === undefined && !isPrinted && !isStart;
    isPrinted = record === undefined;
    isStart = record === undefined ? isStart : record.event === START_FAILED;
    if (record?.event === 'daemon-started') found = found.filter(({ event }) => event !== START_FAILED);
    if (at < since || (record?.level !== 'error' && !begins)) continue;
    found.push({ at, event: record?.event ?? line });
  }
  return found;
}

const START_FAILED = 'start-failed';

function settingsOf({ chosen, stored }: Pick<Scene, 'chosen' | 'stored'>): Settings {
  if (chosen.is === 'ok') return chosen.value.settings;
  return stored.config.is === 'ok' ? stored.config.value.settings : DEFAULT_SETTINGS;
}

function formatRoom(bytes: number): string {
  return bytes < 1_000_000_000 ? formatBytes(bytes) : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** What is kept on disk. */
export const STORAGE_CHECKS: CheckGroup = {
  title: 'Storage',
  checks: [disk, requestLog, setAside, logErrors],
};
