import type { KeyReference } from '../../core/profile.ts';
import { detectShell, programsAbove } from '../clients/detect-shell.ts';
import { reachDaemon } from '../clients/reach.ts';
import { requireShell, type Shell, type ShellName, SHELLS } from '../clients/shell.ts';
import { findToken, loadToken, tokenMissing } from '../clients/token.ts';
import {
  ADDRESS_VARIABLES,
  type Assignment,
  clientAssignments,
  hasKey,
  KEY_VARIABLE,
  PLACEHOLDER_KEY,
  spareFromProxy,
} from '../clients/variables.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';

/**
 * Prints what points clients at gw, for the shell in use to take in. While no daemon takes requests it prints nothing
 * at all and ends with 3, so that `eval` never exports a dead address.
 */
export const command: Command = {
  options: [
    { flags: '--shell <name>', summary: 'bash, zsh, fish, powershell or cmd, instead of the one in use' },
    { flags: '--unset', summary: 'print what takes the variables away again' },
    { flags: '--token', summary: 'print the token that gw wants of its callers, and nothing else' },
  ],
  examples: [
    'eval "$(gw env)"',
    'gw env --shell fish | source',
    'gw env --shell powershell | Invoke-Expression',
    'eval "$(gw env --unset)"',
  ],
  async run(context, input) {
    if (input.flag('token')) return printToken(context);
    const name = readShell(context, input);
    if (input.flag('unset')) return printUnset(context, name);
    return printExports(context, name);
  },
};

function readShell(context: Context, input: Input): ShellName {
  const asked = input.text('shell');
  if (asked !== undefined) return requireShell(asked, SHELLS, (name) => `--shell ${name}`);
  const { platform, ppid } = process;
  return detectShell({ env: context.env, platform, ancestors: programsAbove(ppid, platform) });
}

async function printExports(context: Context, shell: ShellName): Promise<void> {
  const { address } = await reachDaemon(context);
  const token = findToken(context);
  // A reference to a variable that is not there would export an empty key.
  if (token?.is === 'env' && (await loadToken(context, token)) === undefined) throw tokenMissing(token);
  const assignments = clientAssignments(address, context.env, token);
  if (context.json) context.printJson({ shell, address, variables: assignments.map(toJson) });
  else for (const line of assignLines(SHELLS[shell], assignments)) context.print(line);
  sayWhatMatters(context, address, token);
  if (shell === 'cmd' && token && !context.json) context.say(cmdTokenHint(token));
  if (context.stdout.isTTY && !context.json) sayHowToLoad(context, shell, 'gw env');
}

function assignLines(shell: Shell, assignments: readonly Assignment[]): string[] {
  return assignments.flatMap((one) => shell.assign(one) ?? []);
}

function toJson(one: Assignment): object {
  switch (one.is) {
    case 'text':
      return { name: one.name, value: one.value };
    case 'variable':
      return { name: one.name, env: one.from };
    case 'token':
      return { name: one.name, command: 'gw env --token' };
  }
}

function sayWhatMatters(context: Context, address: string, token: KeyReference | undefined): void {
  if (token && hasKey(context.env) && !(token.is === 'env' && token.name === KEY_VARIABLE)) {
    context.say(`${KEY_VARIABLE} holds gw's token from now on, in this shell, in place of the key it had.`);
    context.say(
      "  To keep it, and to run gw's own commands: gw run -- COMMAND sets it for one command alone.",
    );
  }
  const spared = spareFromProxy(address, context.env);
  if (spared) {
    context.say('An HTTP proxy is set here, and calls to this machine are not spared from it.');
    context.say(`  fix: set NO_PROXY to ${spared['NO_PROXY'] ?? ''}   (gw run does so by itself)`);
  }
}

function cmdTokenHint(token: KeyReference): string {
  const value = token.is === 'env' ? `%${token.name}%` : 'what gw env --token prints';
  return `gw wants a token of its callers; to add it: set ${KEY_VARIABLE}=${value}`;
}

function sayHowToLoad(context: Context, shell: ShellName, words: string): void {
  context.say('');
  context.say(
    `These lines are for your shell (${shell}). To have it take them in: ${SHELLS[shell].load(words)}`,
  );
}

/** Needs no daemon: what is exported must be possible to take away when it is gone. */
async function printUnset(context: Context, shell: ShellName): Promise<void> {
  const names = [...ADDRESS_VARIABLES, ...((await isKeyOurs(context)) ? [KEY_VARIABLE] : [])];
  if (context.json) return context.printJson({ shell, unset: names });
  for (const name of names) context.print(SHELLS[shell].unset(name));
  if (context.stdout.isTTY) sayHowToLoad(context, shell, 'gw env --unset');
}

/** True when the key in the environment came from us; a key of the caller's own stays. */
async function isKeyOurs(context: Context): Promise<boolean> {
  if (!hasKey(context.env)) return true;
  const token = findToken(context);
  if (!token || (token.is === 'env' && token.name === KEY_VARIABLE)) return false;
  const secret = await loadToken(context, token);
  return secret?.reveal() === context.env[KEY_VARIABLE];
}

async function printToken(context: Context): Promise<void> {
  const reference = findToken(context);
  if (!reference) {
    throw new CommandError('gw wants no token of its callers.', {
      why: 'the profile file has no listen.token',
      fix: `any key will do: ${KEY_VARIABLE}=${PLACEHOLDER_KEY}`,
      exit: EXIT.failed,
    });
  }
  const token = await loadToken(context, reference);
  if (!token) throw tokenMissing(reference);
  if (context.json) context.printJson({ token: token.reveal() });
  else context.print(token.reveal());
}
