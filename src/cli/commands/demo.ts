import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command, Input } from '../command.ts';
import { playFixed } from '../demo/fixed-run.ts';
import { playLive } from '../demo/live-run.ts';
import { narrate, printResult, resultJson } from '../demo/report.ts';
import { CommandError, EXIT } from '../error.ts';

// The whole scenario takes about ten seconds; what a slow machine has not begun by then is left out.
const FIXED_LIMIT_S = 13;

/** `gw demo`. */
export const command: Command = {
  options: [
    { flags: '--seconds <number>', summary: 'end after so many seconds' },
    { flags: '--seed <number>', summary: 'other answers to the same questions (default: 0)' },
    { flags: '--plain', summary: 'lines instead of the dashboard, also on a terminal' },
  ],
  examples: ['gw demo', 'gw demo --plain', 'gw demo --seconds 30', 'gw demo --json | jq .total'],
  async run(context, input) {
    const seed = readWhole(input, 'seed') ?? 0;
    const seconds = readWhole(input, 'seconds');
    // A dumb terminal cannot move its cursor.
    if (context.interactive && context.env['TERM'] !== 'dumb' && !input.flag('plain')) {
      return playLive(context, { seed, limitMs: seconds === undefined ? undefined : seconds * 1000 });
    }
    const write = (line: string): void => (context.json ? context.say(line) : context.print(line));
    write(context.style.bold('gw demo: three simulated providers on this machine; no account, no network.'));
    const limitMs = (seconds ?? FIXED_LIMIT_S) * 1000;
    const result = await playFixed(context, { seed, limitMs }, narrate(write));
    if (context.json) context.printJson(resultJson(result));
    else printResult(context, result);
    return result.failures.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

function readWhole(input: Input, name: string): number | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new CommandError(`${terminalSafe(text)} is no number for --${name}.`, {
    why: 'it takes a whole number',
    fix: `--${name} 20`,
    exit: EXIT.usage,
  });
}
