import { usedByDaemon, usedByRecord } from '../../budget/used.ts';
import { limitLines, unpricedWords, usedJson, usedTable } from '../../budget/words.ts';
import type { Command } from '../../command.ts';

/** `gw budget status`. */
export const command: Command = {
  examples: ['gw budget status', 'gw budget status --json'],
  async run(context) {
    const now = context.clock.now();
    const { running, budgets, rates } = (await usedByDaemon(context)) ?? (await usedByRecord(context, now));
    if (context.json) {
      context.printJson({ now, running, budgets: budgets.map(usedJson), limits: rates });
      return;
    }
    if (budgets.length > 0) context.print(usedTable(budgets, now, context));
    for (const line of limitLines(rates)) context.print(line);
    if (budgets.length + rates.length === 0) {
      context.say('Nothing limits what is spent. To begin: gw budget set all --usd 5 --per day --then block');
      return;
    }
    const unpriced = unpricedWords(budgets);
    if (unpriced !== undefined) context.say(unpriced);
    if (!running) context.say('gw is not running; this is what its record of requests says.');
  },
};
