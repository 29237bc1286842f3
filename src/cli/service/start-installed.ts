import { type Overrides, serveWords, type Started } from '../../daemon/index.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { handOver, startKept } from './await-answer.ts';
import { cannotKeep } from './install.ts';
import type { Keeper } from './keeper.ts';

/** Has the installed service begin, and hands this shell's variables over as a start without a service does. */
export async function startInstalled(context: Context, keeper: Keeper): Promise<Started> {
  const objection = await keeper.objection();
  if (objection !== undefined) throw cannotKeep(`${objection}; the service is defined in ${keeper.path}`);
  const started = await startKept(context, keeper);
  await handOver(context);
  context.say(`Started by its service (${terminalSafe(keeper.path)}).`);
  return started;
}

/** How a service starts gw is written in its definition. */
export function refuseOverrides(overrides: Overrides): void {
  const flags = serveWords(overrides).slice(1).map(terminalSafe).join(' ');
  if (flags === '') return;
  throw new CommandError('A service keeps gw running, and decides how it is started.', {
    why: `${flags} would hold until the next crash or login only`,
    fix: `gw service install ${flags}`,
    exit: EXIT.usage,
  });
}
