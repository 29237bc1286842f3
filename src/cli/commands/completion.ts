import { isKeyOf, keysOf } from '../../lib/expect.ts';
import { requireShell } from '../clients/shell.ts';
import type { Command, Input } from '../command.ts';
import { findNames, type NameKind } from '../completion/names.ts';
import { SCRIPT_SHELLS } from '../completion/shells.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';

const KINDS: Readonly<Record<NameKind, true>> = {
  providers: true,
  routes: true,
  models: true,
  targets: true,
  profiles: true,
  resting: true,
};

/** Prints a completion script, or the names that such a script asks for while somebody types. */
export const command: Command = {
  arguments: [{ name: '[shell]', summary: keysOf(SCRIPT_SHELLS).join(', ') }],
  options: [
    {
      flags: '--names <kind>',
      summary: `print names for the next word instead: ${keysOf(KINDS).join(', ')}`,
    },
  ],
  examples: Object.values(SCRIPT_SHELLS),
  async run(context, input) {
    const kind = input.text('names');
    if (kind !== undefined) return printNames(context, kind);
    return printScript(context, input);
  },
};

/** A shell asks this at every Tab: an unknown kind (a script newer than this gw) has no names, and is no error. */
async function printNames(context: Context, kind: string): Promise<void> {
  const names = isKeyOf(KINDS, kind) ? await findNames(context, kind) : [];
  if (context.json) context.printJson({ kind, names });
  else for (const name of names) context.print(name);
}

async function printScript(context: Context, input: Input): Promise<void> {
  const usage = (name: string): string => `gw completion ${name}`;
  const asked = input.argument(0);
  if (asked === undefined) {
    throw new CommandError('Which shell is it for?', {
      why: 'each shell completes in its own way',
      fix: usage(keysOf(SCRIPT_SHELLS).join('|')),
      exit: EXIT.usage,
    });
  }
  const shell = requireShell(asked, SCRIPT_SHELLS, usage);
  const { completionScript } = await import('../completion/script.ts');
  const script = await completionScript(shell, input.tree);
  if (context.json) context.printJson({ shell, install: SCRIPT_SHELLS[shell], script });
  else context.stdout.write(script);
  if (context.stdout.isTTY && !context.json)
    context.say(`# To have it in every new shell: ${SCRIPT_SHELLS[shell]}`);
}
