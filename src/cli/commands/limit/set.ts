import { scopeText } from '../../../core/budget.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import { changeLimits, showLimits } from '../../budget/change-limits.ts';
import { readScope, refuseUnknownRoute, SCOPE_ARGUMENT } from '../../budget/scope.ts';
import type { Command } from '../../command.ts';
import { CommandError, EXIT } from '../../error.ts';
import { openProfile } from '../../profile-file.ts';

const EXAMPLE = 'gw limit set each-client --per-minute 60';
// What the profile file takes.
const MOST = 1e6;

/** `gw limit set`. */
export const command: Command = {
  arguments: [SCOPE_ARGUMENT],
  options: [
    {
      flags: '--per-minute <count>',
      summary: "how many requests are sent to providers in a minute, evenly: ten seconds' worth at once",
    },
  ],
  examples: [EXAMPLE, 'gw limit set all --per-minute 120', 'gw limit set route:smart --per-minute 10 --json'],
  async run(context, input) {
    const open = openProfile(context);
    const scope = readScope(input.argument(0) ?? '', EXAMPLE);
    const requestsPerMinute = readCount(input.text('perMinute'));
    const names = open.profile.routes.map(({ name }) => name);
    refuseUnknownRoute(scope, names, 'gw limit set');
    const written = scopeText(scope);
    const all = open.profile.limits ?? [];
    const others = all.filter((other) => scopeText(other.scope) !== written);
    showLimits(context, await changeLimits(context, open, [...others, { scope, requestsPerMinute }]));
  },
};

function readCount(text: string | undefined): number {
  if (text === undefined)
    throw wrong('It is not said how many requests may be sent.', 'a limit needs --per-minute');
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MOST) return count;
  const fix = count === 0 ? 'gw provider disable NAME (to have nothing sent)' : EXAMPLE;
  throw wrong(`${terminalSafe(text)} is no number of requests.`, `--per-minute takes 1 to ${MOST}`, fix);
}

function wrong(what: string, why: string, fix = EXAMPLE): CommandError {
  return new CommandError(what, { why, fix, exit: EXIT.usage });
}
