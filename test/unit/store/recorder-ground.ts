import type { LogLevel, LogPort } from '../../../src/core/ports.ts';
import { type Archive, openArchive, openRecorder, type Recorder } from '../../../src/store/index.ts';
import { NIGHT } from '../../sample-trail.ts';

/** A log that keeps its lines as `level event`. */
export class Lines implements LogPort {
  readonly events: string[] = [];
  write(level: LogLevel, event: string): void {
    this.events.push(`${level} ${event}`);
  }
}

const opened: Recorder[] = [];

/** A recorder that `closeRecorders` closes, with a clock at the time of the sample trails. */
export function recorderAt(
  file: string,
  limits: { maxAgeDays?: number; maxBytes?: number } = {},
  log = new Lines(),
): Recorder {
  const settings = { maxAgeDays: 30, maxBytes: 64 * 1024 * 1024, ...limits };
  // Wall clock at the trails' own time, so that retention does not find them months old.
  const clock = {
    now: () => NIGHT + 60_000,
    monotonic: () => performance.now(),
    after(delayMs: number, action: () => void) {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const recorder = openRecorder({ path: file, settings, log, clock });
  opened.push(recorder);
  return recorder;
}

/** Ends the recorders of one test. */
export async function closeRecorders(): Promise<void> {
  for (const recorder of opened.splice(0)) await recorder.close();
}

/** Looks into a request log. */
export function withArchive<T>(file: string, look: (archive: Archive) => T): T {
  const archive = openArchive(file);
  if (archive.is === 'failed') throw new Error(archive.fault);
  try {
    return look(archive.value);
  } finally {
    archive.value.close();
  }
}

/** How many exchanges were kept. */
export const countRows = (file: string): number =>
  withArchive(file, (archive) => archive.list({ limit: 1_000_000 }).length);
