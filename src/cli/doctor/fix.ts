import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { confirm } from '../prompt.ts';
import type { Noted } from './examine.ts';
import { carryOut, type Mend, type Mended, mendWords } from './mend.ts';

/** What can be mended of what was found: each thing once, however many findings it explains. */
export function mendsOf(noted: readonly Noted[]): Mend[] {
  const wanted = noted.flatMap(({ mend }) => (mend === undefined ? [] : [mend]));
  const first = new Map(wanted.map((mend) => [mendWords(mend), mend]));
  return withoutRepeatedStarts([...first.values()]);
}

/** A start clears up what an earlier daemon left, and a restart is a start. */
function withoutRepeatedStarts(mends: readonly Mend[]): Mend[] {
  const restarts = mends.some(({ is }) => is === 'restart');
  return mends.filter(({ is }) => !(is === 'start' && restarts));
}

/** Does what may be done: all of it with `yes`, what a person agrees to on a terminal, and otherwise nothing. */
export async function fix(mends: readonly Mend[], context: Context, yes: boolean): Promise<Mended[]> {
  const done: Mended[] = [];
  for (const mend of mends) {
    if (!yes && !(await isAgreed(mend, context))) continue;
    const mended = await carryOut(mend, context);
    done.push(mended);
    if (context.json) continue;
    context.say(mended.done ? '  done' : `  not done: ${terminalSafe(mended.why ?? '')}`);
  }
  return done;
}

async function isAgreed(mend: Mend, context: Context): Promise<boolean> {
  if (!context.interactive) return false;
  return confirm(context, {
    question: `${terminalSafe(mendWords(mend))}?`,
    instead: 'gw doctor --fix --yes',
    otherwise: false,
  });
}

/** Lists what would be done, where nobody can be asked. */
export function sayWhatWouldBeDone(mends: readonly Mend[], context: Context): void {
  if (mends.length === 0) {
    context.say('Nothing of this can be mended by gw itself; the commands are above.');
    return;
  }
  context.say('This can be mended:');
  for (const mend of mends) context.say(`  ${terminalSafe(mendWords(mend))}`);
  context.say('Nothing was done. To do it: gw doctor --fix --yes');
}
