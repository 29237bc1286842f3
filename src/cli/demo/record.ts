import { connectControl } from '../../control/index.ts';
import type { Paths } from '../../core/paths.ts';
import type { Trail } from '../../core/trail.ts';
import { openArchive } from '../../store/index.ts';

const FLUSH_MS = 5_000;
// More than a demo of an hour asks.
const ALL = 50_000;

/** What the demo's gw recorded since `since`, by id: the same rows `gw why` reads. */
export async function readTrails(paths: Paths, since: number): Promise<ReadonlyMap<string, Trail>> {
  const connected = await connectControl(paths.socket);
  if (connected.is === 'ok') {
    await connected.value.call('flush', {}, FLUSH_MS).catch(() => undefined);
    connected.value.close();
  }
  const archive = openArchive(paths.database);
  if (archive.is === 'failed') return new Map();
  try {
    return new Map(archive.value.list({ since, limit: ALL }).map((trail) => [trail.id, trail]));
  } finally {
    archive.value.close();
  }
}
