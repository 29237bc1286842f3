import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { diagnose, examine, type Noted } from '../doctor/examine.ts';
import { fix, mendsOf, sayWhatWouldBeDone } from '../doctor/fix.ts';
import { type Mended, mendWords } from '../doctor/mend.ts';
import { reportJson, reportLines } from '../doctor/report.ts';
import { gatherScene, type Scene } from '../doctor/scene.ts';
import { CommandError, EXIT } from '../error.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';

/** Looks at everything gw depends on, and says what is wrong and how to mend it. Changes nothing unless asked to. */
export const command: Command = {
  options: [
    { flags: '--online', summary: 'call each provider too, without a key, and time every step' },
    { flags: '--fix', summary: 'mend what gw can mend safely: asks about each thing first' },
    { flags: '-y, --yes', summary: 'with --fix: do not ask' },
  ],
  examples: ['gw doctor', 'gw doctor --online', 'gw doctor --fix', 'gw doctor --json'],
  async run(context, input) {
    const asked = { online: input.flag('online'), fix: input.flag('fix'), yes: input.flag('yes') };
    if (asked.yes && !asked.fix) throw lacksFix();
    const scene = await gatherScene(context, asked);
    const noted = await examine(scene);
    if (!context.json) print(context, noted);
    if (!asked.fix) {
      if (context.json) context.printJson(reportJson(noted, diagnose(noted), scene.version));
      return exitOf(noted);
    }
    return mendAll(context, scene, noted, input);
  },
};

async function mendAll(
  context: Context,
  scene: Scene,
  noted: readonly Noted[],
  input: Input,
): Promise<number> {
  const mends = mendsOf(noted);
  const yes = input.flag('yes');
  const isListed = !yes && !context.interactive;
  if (!context.json && (isListed || mends.length === 0)) sayWhatWouldBeDone(mends, context);
  const fixed: readonly Mended[] = isListed
    ? mends.map((mend) => ({ does: mendWords(mend), done: false, why: 'nobody was there to agree' }))
    : await fix(mends, context, yes);
  // What is so now, and not what was so before it was mended.
  const after = fixed.some(({ done }) => done)
    ? await examine(await gatherScene(context, { online: input.flag('online') }))
    : noted;
  const diagnosis = diagnose(after);
  if (context.json) context.printJson({ ...reportJson(after, diagnosis, scene.version), fixes: fixed });
  else if (after !== noted) {
    context.say(`Now: ${diagnosis.problems} to mend, ${diagnosis.warnings} to know. To see: gw doctor`);
  }
  return exitOf(after);
}

function print(context: Context, noted: readonly Noted[]): void {
  const shown = speaksUtf8(context.env) ? (line: string): string => line : toPlain;
  const layout = { style: context.style, width: context.columns };
  for (const line of reportLines(noted, diagnose(noted), layout)) context.print(shown(line));
}

function exitOf(noted: readonly Noted[]): number {
  return diagnose(noted).problems === 0 ? EXIT.ok : EXIT.failed;
}

function lacksFix(): CommandError {
  return new CommandError('--yes agrees to what was not asked for.', {
    why: 'without --fix, nothing is changed',
    fix: 'gw doctor --fix --yes',
    exit: EXIT.usage,
  });
}
