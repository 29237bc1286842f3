import { connectControl } from '../../control/index.ts';
import type { Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { headline } from '../story/headline.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';
import { flushDaemon, readLog } from '../story/log-reading.ts';
import { story } from '../story/story.ts';

const CONNECT_MS = 300;

export const command: Command = {
  arguments: [{ name: '[id]', summary: 'the id of a request, or a part of it: its beginning or its end' }],
  options: [{ flags: '--last', summary: 'the request that began last' }],
  examples: ['gw why --last', 'gw why 7x2k9qa', 'gw why 01jd3q8zm4k7v2qa --json'],
  run: tellWhy,
};

async function tellWhy(context: Context, input: Input): Promise<void> {
  const trail = await find(context, input);
  if (context.json) {
    context.printJson(trail);
    return;
  }
  const lines = story(trail, { width: context.columns, style: context.style }, context.clock.now());
  const utf8 = speaksUtf8(context.env);
  for (const line of lines) context.print(utf8 ? line : toPlain(line));
}

async function find(context: Context, input: Input): Promise<Trail> {
  const id = input.argument(0);
  if (id !== undefined && input.flag('last')) {
    throw new CommandError('either an id or --last', {
      why: 'both were given',
      fix: `gw why ${terminalSafe(id)}`,
      exit: EXIT.usage,
    });
  }
  await flushDaemon(context);
  if (id === undefined) return findLast(context, input.flag('last'));
  const found = readLog(context, (archive) => archive.find(id)) ?? [];
  const exact = found.find((trail) => trail.id === id);
  if (exact !== undefined) return exact;
  if (found.length > 1) throw ambiguous(context, id, found);
  return found[0] ?? (await findLive(context, id)) ?? unknown(id);
}

function findLast(context: Context, asked: boolean): Trail {
  const last = readLog(context, (archive) => archive.last());
  if (last === undefined) {
    throw new CommandError('there is no request to tell about', {
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

function unknown(id: string): never {
  throw new CommandError(`there is no request "${terminalSafe(id)}"`, {
    why: 'no id in the request log begins or ends so; it may be older than what the log keeps',
    fix: 'gw requests (lists ids), or gw why --last',
  });
}
