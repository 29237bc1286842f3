import { type CacheReport, connectControl } from '../../control/index.ts';
import { DEFAULT_SETTINGS } from '../../core/settings.ts';
import { openAnswerCache } from '../../store/index.ts';
import type { Context } from '../context.ts';

const PATIENCE_MS = 5_000;

/** What is kept, and what the daemon says of its use; without one, only what is on disk. */
export interface Kept extends Omit<CacheReport, 'use' | 'memory'> {
  readonly running: boolean;
  readonly memory?: CacheReport['memory'];
  readonly use?: CacheReport['use'];
}

/** Asks the daemon; where none runs, looks at the disk itself. */
export async function readKept(context: Context): Promise<Kept> {
  const connected = await connectControl(context.paths.socket, { timeoutMs: PATIENCE_MS });
  if (connected.is === 'ok') {
    try {
      return { running: true, ...(await connected.value.call('cache', {}, PATIENCE_MS)) };
    } finally {
      connected.value.close();
    }
  }
  const { memory: _, ...kept } = await onDisk(context, (cache) => cache.status());
  return { running: false, ...kept };
}

/** Has everything forgotten; how many answers there were. */
export async function clearKept(
  context: Context,
): Promise<{ readonly cleared: number; readonly problem?: string }> {
  const connected = await connectControl(context.paths.socket, { timeoutMs: PATIENCE_MS });
  if (connected.is === 'ok') {
    try {
      return await connected.value.call('clear-cache', {}, PATIENCE_MS);
    } finally {
      connected.value.close();
    }
  }
  return onDisk(context, async (cache) => {
    const cleared = await cache.clear();
    const problem = cache.problem();
    return { cleared, ...(problem !== undefined && { problem }) };
  });
}

async function onDisk<T>(
  { paths, clock }: Context,
  work: (cache: ReturnType<typeof openAnswerCache>) => Promise<T>,
): Promise<T> {
  const settings = DEFAULT_SETTINGS.cache;
  const cache = openAnswerCache({ path: paths.answers, settings, log: { write: () => undefined }, clock });
  try {
    return await work(cache);
  } finally {
    await cache.close();
  }
}
