import { connectControl } from '../../control/index.ts';
import type { Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { headline } from './headline.ts';
import { flushDaemon, readLog } from './log-reading.ts';

const CONNECT_MS = 300;

/** Which exchange a command is about. */
interface Wanted {
  /** The beginning or the end of an id. */
  readonly id: string | undefined;
  readonly last: boolean;
  /** The command that asks, for what is said. */
  readonly command: string;
  /** What `--last` passes over. */
  readonly passOver?: (trail: Trail) => boolean;
  /** What else the id could have been, and is not. */
  readonly nor?: string;
}

/** The exchange an id names, or the last one. */
export async function findTrail(context: Context, wanted: Wanted): Promise<Trail> {
  const { id, last, command } = wanted;
  if (id !== undefined && last) {
    throw new CommandError('either an id or --last', {
      why: 'both were given',
      fix: `${command} ${terminalSafe(id)}`,
      exit: EXIT.usage,
    });
  }
  await flushDaemon(context);
  if (id === undefined) return findLast(context, wanted);
  const found = readLog(context, (archive) => archive.find(id)) ?? [];
  const exact = found.find((trail) => trail.id === id);
  if (exact !== undefined) return exact;
  if (found.length > 1) throw ambiguous(context, id, found);
  return found[0] ?? (await findLive(context, id)) ?? unknown(id, wanted);
}

function findLast(context: Context, { last: asked, passOver = () => false }: Wanted): Trail {
  const last = readLog(context, (archive) => {
    for (const trail of archive.newestFirst({})) if (!passOver(trail)) return trail;
    return undefined;
  });
  if (last === undefined) {
    throw new CommandError('there is no request yet', {
      why: 'the request log is empty',
      fix: 'gw start, then send a request to the address it prints',
    });
  }
  if (!asked) context.say('No id was given; this is the last request (see gw requests for others).\n');
  return last;
}

/** One that is still running is not in the log yet; the daemon knows it. */
async function findLive(context: Context, id: string): Promise<Trail | undefined> {
  const connection = await connectControl(context.paths.socket, { timeoutMs: CONNECT_MS });
  if (connection.is === 'failed') return undefined;
  try {
    return (await connection.value.call('exchange', { id })) ?? undefined;
  } catch {
    return undefined;
  } finally {
    connection.value.close();
  }
}

function ambiguous(context: Context, id: string, found: readonly Trail[]): CommandError {
  const now = context.clock.now();
  const candidates = found
    .slice(0, 10)
    .map(
      (trail) => `\n    ${trail.id}  ${formatDuration(now - trail.at)} ago  ${terminalSafe(headline(trail))}`,
    );
  return new CommandError(`"${terminalSafe(id)}" may mean several requests`, {
    why: `${found.length === 20 ? '20 or more' : found.length} ids begin or end so:${candidates.join('')}`,
    fix: 'give more of the id',
    exit: EXIT.usage,
  });
}

function unknown(id: string, { command, nor }: Wanted): never {
  const also = nor === undefined ? '' : `; ${nor}`;
  throw new CommandError(`there is no request "${terminalSafe(id)}"`, {
    why: `no id in the request log begins or ends so; it may be older than what the log keeps${also}`,
    fix: `gw requests (lists ids), or ${command} --last`,
  });
}
