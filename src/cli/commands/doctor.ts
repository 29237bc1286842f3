import type { Command } from '../command.ts';
import { diagnose, examine } from '../doctor/examine.ts';
import { reportJson, reportLines } from '../doctor/report.ts';
import { gatherScene } from '../doctor/scene.ts';
import { EXIT } from '../error.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';

/** Looks at everything gw depends on, and says what is wrong and how to mend it. Changes nothing. */
export const command: Command = {
  options: [{ flags: '--online', summary: 'call each provider too, without a key, and time every step' }],
  examples: ['gw doctor', 'gw doctor --online', 'gw doctor --json'],
  async run(context, input) {
    const scene = await gatherScene(context, { online: input.flag('online') });
    const noted = await examine(scene);
    const diagnosis = diagnose(noted);
    if (context.json) context.printJson(reportJson(noted, diagnosis, scene.version));
    else {
      const shown = speaksUtf8(context.env) ? (line: string): string => line : toPlain;
      const layout = { style: context.style, width: context.columns };
      for (const line of reportLines(noted, diagnosis, layout)) context.print(shown(line));
    }
    return diagnosis.problems === 0 ? EXIT.ok : EXIT.failed;
  },
};
