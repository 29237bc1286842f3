import { chmodSync, rmSync } from 'node:fs';

import { findRunning } from '../../daemon/index.ts';
import { errorMessage } from '../../lib/expect.ts';
import { undoConnections } from '../clients/connect/undo.ts';
import { undoneSentence } from '../clients/connect/words.ts';
import { type Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { homeOf } from '../daemon/launch.ts';
import { CommandError } from '../error.ts';

/** What `gw doctor --fix` can do by itself: known, safe, and taken back as easily. Everything else is for a person. */
export type Mend =
  /** For this user alone; `was` is how it is taken back. */
  | { readonly is: 'permissions'; readonly path: string; readonly mode: number; readonly was: number }
  /** Files of a daemon that is gone, which the next start would remove. */
  | { readonly is: 'leftovers'; readonly paths: readonly string[] }
  /** Requests that are under way end first. */
  | { readonly is: 'restart' }
  | { readonly is: 'start' }
  /** What `gw connect` wrote into a client's settings, and where. */
  | { readonly is: 'disconnect'; readonly client: string; readonly place: string };

/** What will be done, to the letter. */
export function mendWords(mend: Mend): string {
  switch (mend.is) {
    case 'permissions':
      return `chmod ${octal(mend.mode)} ${mend.path} (it is ${octal(mend.was)})`;
    case 'leftovers':
      return `remove ${mend.paths.join(' and ')} (left by a daemon that is gone)`;
    case 'restart':
      return 'gw restart (requests under way end first)';
    case 'start':
      return 'gw start';
    case 'disconnect':
      return `gw connect ${mend.client} --undo (takes out what gw wrote: ${mend.place})`;
  }
}

/** What became of it: `why` where it was not done. */
export interface Mended {
  readonly does: string;
  readonly done: boolean;
  readonly why?: string;
}

/** Does it. */
export async function carryOut(mend: Mend, context: Context): Promise<Mended> {
  const does = mendWords(mend);
  try {
    const why = await apply(mend, context);
    return why === undefined ? { does, done: true } : { does, done: false, why };
  } catch (error) {
    const why = error instanceof CommandError && error.why ? `: ${error.why}` : '';
    return { does, done: false, why: errorMessage(error) + why };
  }
}

async function apply(mend: Mend, context: Context): Promise<string | undefined> {
  switch (mend.is) {
    case 'permissions':
      chmodSync(mend.path, mend.mode);
      return undefined;
    case 'leftovers':
      if ((await findRunning(context.paths)) !== undefined) return 'a daemon answers by now';
      for (const path of mend.paths) rmSync(path, { force: true });
      return undefined;
    case 'restart':
      return run((await import('../commands/restart.ts')).command, context);
    case 'start':
      return run((await import('../commands/start.ts')).command, context);
    case 'disconnect': {
      const undone = undoConnections(context.paths, [mend.client]);
      const left = undone.filter(({ is }) => is === 'failed');
      if (left.length === 0) return undefined;
      return left.map((each) => undoneSentence(each, homeOf(context))).join('; ');
    }
  }
}

/** What the command says goes to stderr: stdout is doctor's own. */
async function run(command: Command, context: Context): Promise<string | undefined> {
  const quiet = { ...context, json: false, print: (text: string) => context.say(text) };
  const exit = (await command.run(quiet, new Input([], {}))) ?? 0;
  return exit === 0 ? undefined : `it ended with exit code ${exit}`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}
