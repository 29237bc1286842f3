import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { countNotes, examineChains } from '../lint/examine.ts';
import { lintJson, lintLines } from '../lint/report.ts';
import { gatherLintScene } from '../lint/scene.ts';
import { LINT_RULES } from '../lint/table.ts';
import { openProfile } from '../profile-file.ts';
import { requireRoute } from '../route/lookup.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';

/** Reads the fallback chains as a sceptic would, before an outage does. Changes nothing. */
export const command: Command = {
  arguments: [{ name: '[route]', summary: 'only this one' }],
  options: [
    { flags: '--strict', summary: 'exit with 1 for warnings too, not only for errors' },
    { flags: '--notes', summary: 'show what is merely worth knowing, too' },
    { flags: '--ignore <code...>', summary: 'leave these out: a code, or code:route for one route' },
  ],
  examples: [
    'gw lint',
    'gw lint default --notes',
    'gw lint --strict --ignore price-jump one-target:local',
    "gw lint --json | jq -r '.findings[].fix'",
  ],
  run: lint,
};

async function lint(context: Context, input: Input): Promise<number> {
  const open = openProfile(context);
  const { profile } = open;
  const name = input.argument(0);
  const route = name === undefined ? undefined : requireRoute(profile, name).name;
  if (profile.routes.length === 0) throw noRoutes(profile.providers.map((provider) => provider.name));
  const ignore = [...input.list('ignore'), ...(profile.lintIgnore ?? [])];
  checkCodes(ignore);
  const result = examineChains(await gatherLintScene(context, open), { ignore, route });
  if (context.json) context.printJson(lintJson(result));
  else {
    const plain = speaksUtf8(context.env) ? (line: string): string => line : toPlain;
    const layout = { style: context.style, width: context.columns };
    const routes = route === undefined ? profile.routes.length : 1;
    const lines = lintLines(result, { routes, withNotes: input.flag('notes') }, layout);
    for (const line of lines) context.print(plain(line));
  }
  const { error, warning } = countNotes(result.notes);
  return error > 0 || (warning > 0 && input.flag('strict')) ? EXIT.failed : EXIT.ok;
}

/** A mistyped code would hide nothing and be believed to. */
function checkCodes(ignore: readonly string[]): void {
  const codes = LINT_RULES.map(({ code }) => code);
  for (const each of ignore) {
    const code = each.split(':', 1)[0] ?? each;
    if (codes.includes(code)) continue;
    const meant = nearest(code, codes);
    throw new CommandError(`There is no rule ${terminalSafe(code)} that could be ignored.`, {
      why: `the rules are ${codes.join(', ')}`,
      fix:
        meant === undefined
          ? 'gw lint --json (each finding has its code)'
          : `did you mean ${meant}? gw lint --ignore ${each.replace(code, meant)}`,
      exit: EXIT.usage,
    });
  }
}

function noRoutes(providers: readonly string[]): CommandError {
  return new CommandError('There is no route, so there is no chain to look at.', {
    why: 'without a route nobody stands in for anybody',
    fix:
      providers.length === 0
        ? 'gw init'
        : `gw route set default ${providers.map(terminalSafe).join(' ')} --match "*"`,
    exit: EXIT.failed,
  });
}
