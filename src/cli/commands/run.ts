import type { Status } from '../../control/index.ts';
import { childVariables } from '../clients/child-variables.ts';
import { reachGateway } from '../clients/ensure-running.ts';
import { askStatus } from '../clients/reach.ts';
import { type Ending, endLike, exitCodeOf, isAtTerminal, runChild } from '../clients/run-child.ts';
import { trafficBetween, trafficLine } from '../clients/traffic.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';

/** Runs one command whose model calls go through gw, and ends as it ends. */
export const command: Command = {
  arguments: [{ name: '<command...>', summary: 'the command and its own arguments, as you would type them' }],
  options: [
    { flags: '--start', summary: 'start gw first where it does not run' },
    { flags: '-q, --quiet', summary: 'no summary at the end' },
  ],
  passThrough: true,
  examples: [
    'gw run -- node script.mjs',
    'gw run -- aider --model openai/gpt-4o',
    'gw run -- claude',
    'gw run --quiet -- make test',
    'gw run --start -- python app.py',
  ],
  async run(context, input) {
    const [program = '', ...words] = input.arguments(0);
    if (program === '' || [program, ...words].some((word) => word.includes('\0'))) {
      throw new CommandError('there is no such command', {
        why: 'its name is empty, or a word of it holds a NUL character',
        fix: 'gw run -- COMMAND …',
        exit: EXIT.usage,
      });
    }
    const retry = 'gw run --start -- COMMAND …';
    const { address, before } = await reachGateway(context, input.flag('start'), retry);
    const env = { ...context.env, ...(await childVariables(context, address)) };
    const ending = await runChild(
      { program, words, env, cwd: context.cwd },
      { signals: process, atTerminal: isAtTerminal(context) },
    );
    if (before && !input.flag('quiet')) await summarize(context, before, ending);
    return endLike(ending);
  },
};

/** stdout is the command's own, so even JSON goes to stderr here. */
async function summarize(context: Context, before: Status, ending: Ending): Promise<void> {
  if (!context.json && !context.stderr.isTTY) return;
  const after = await askStatus(context);
  if (typeof after === 'string') return context.say(`gw: the daemon ended meanwhile (${after})`);
  const traffic = trafficBetween(before, after);
  context.say(context.json ? JSON.stringify({ ...traffic, exit: exitCodeOf(ending) }) : trafficLine(traffic));
}
