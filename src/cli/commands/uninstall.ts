import { errorMessage } from '../../lib/expect.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { homeOf } from '../daemon/launch.ts';
import { EXIT } from '../error.ts';
import { confirm } from '../prompt.ts';
import { findNotOurs, type NotOurs } from '../uninstall/not-ours.ts';
import { type Done, failed, type Ground, type Leftover } from '../uninstall/step.ts';
import { STEPS } from '../uninstall/steps.ts';

const PACKAGE = 'npm uninstall --global gw-llm';

/** Takes everything of gw's off this machine, except the program itself. Without a yes it only says what it would do. */
export const command: Command = {
  options: [
    { flags: '-y, --yes', summary: 'do it, and ask nothing' },
    { flags: '--keep-profile', summary: 'leave the profile where it is' },
  ],
  examples: ['gw uninstall', 'gw uninstall --yes', 'gw uninstall --yes --keep-profile'],
  async run(context, input) {
    const keepProfile = await wantsProfileKept(context, input);
    const ground: Ground = { context, home: homeOf(context), keepProfile, commands: input.tree.commands };
    const found = await findAll(ground);
    const others = await findNotOurs(ground);
    if (!context.json) printPlan(context, found, others);
    const agreed = input.flag('yes') || (await agrees(context, found));
    const outcome = agreed ? await removeAll(ground) : [];
    if (context.json) printJson(context, { found, others, outcome, agreed });
    else printOutcome(context, agreed || found.length === 0, outcome);
    return outcome.some(({ is }) => is === 'failed') ? EXIT.failed : EXIT.ok;
  },
};

async function wantsProfileKept(context: Context, input: Input): Promise<boolean> {
  if (input.flag('keepProfile')) return true;
  if (input.flag('yes') || !context.interactive) return false;
  const question = 'Keep the profile (providers, routes, where keys are) for another time?';
  return confirm(context, { question, otherwise: false, instead: 'gw uninstall --keep-profile' });
}

async function agrees(context: Context, found: readonly Leftover[]): Promise<boolean> {
  if (!context.interactive || found.length === 0) return false;
  const question = 'Do it?';
  return confirm(context, { question, otherwise: false, instead: 'gw uninstall --yes' });
}

async function findAll(ground: Ground): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const step of STEPS) found.push(...(await step.find(ground)));
  return found;
}

/** Each kind of thing is looked for again when its turn comes: what went before it may have changed what there is. */
async function removeAll(ground: Ground): Promise<Done[]> {
  const outcome: Done[] = [];
  for (const step of STEPS) {
    // The state holds what it takes to put settings back.
    if (step.id === 'state' && outcome.some(({ is }) => is === 'failed')) {
      outcome.push(failed('state and profile stay until the rest is mended: then again gw uninstall'));
      break;
    }
    for (const leftover of await step.find(ground)) outcome.push(...(await attempt(leftover)));
  }
  return outcome;
}

async function attempt(leftover: Leftover): Promise<readonly Done[]> {
  try {
    return await leftover.remove();
  } catch (error) {
    return [failed(`${leftover.sentence}: ${errorMessage(error)}`)];
  }
}

function printPlan(context: Context, found: readonly Leftover[], others: readonly NotOurs[]): void {
  if (found.length === 0) context.print('There is nothing of gw on this machine but the program.');
  else context.print(`To be done:\n${found.map(({ sentence }) => `  - ${sentence}`).join('\n')}`);
  if (others.length === 0) return;
  context.print('\nNot written by gw, and yours to take away:');
  for (const { place, text } of others) context.print(`  ${place}: ${text}`);
}

function printOutcome(context: Context, agreed: boolean, outcome: readonly Done[]): void {
  if (!agreed) return context.say('\nNothing was done. To do it: gw uninstall --yes');
  if (outcome.length > 0) context.print('');
  for (const { is, sentence } of outcome) {
    context.print(`${is === 'done' ? context.style.green('✓') : context.style.red('✗')} ${sentence}`);
  }
  context.print(`\nThe program itself: ${PACKAGE}   (a clone: npm unlink, and remove its folder)`);
}

interface Report {
  readonly found: readonly Leftover[];
  readonly others: readonly NotOurs[];
  readonly outcome: readonly Done[];
  readonly agreed: boolean;
}

function printJson(context: Context, { found, others, outcome, agreed }: Report): void {
  context.printJson({
    dryRun: !agreed,
    plan: found.map(({ sentence }) => sentence),
    notOurs: others,
    outcome,
    program: PACKAGE,
  });
}
