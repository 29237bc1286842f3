import type { KeyReference } from '../../core/profile.ts';
import { isKeyOf, keysOf } from '../../lib/expect.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { detectShell, programsAbove } from '../clients/detect-shell.ts';
import { reachDaemon } from '../clients/reach.ts';
import { requireShell, type Shell, type ShellName, SHELLS } from '../clients/shell.ts';
import { standInOf } from '../clients/stand-in.ts';
import { findToken, loadToken, tokenMissing } from '../clients/token.ts';
import {
  type Assignment,
  CLIENT_FAMILIES,
  clientAssignments,
  familyNamed,
  type FamilyName,
  isOwnKey,
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
    {
      flags: '--client <family>',
      summary: `only what the clients of one vendor's API read: ${keysOf(CLIENT_FAMILIES).join(', ')}`,
    },
    { flags: '--unset', summary: 'print what takes the variables away again' },
    { flags: '--token', summary: 'print the token that gw wants of its callers, and nothing else' },
  ],
  examples: [
    'eval "$(gw env)"',
    'gw env --shell fish | source',
    'gw env --shell powershell | Invoke-Expression',
    'eval "$(gw env --client anthropic)"',
    'eval "$(gw env --unset)"',
  ],
  async run(context, input) {
    if (input.flag('token')) return printToken(context);
    const name = readShell(context, input);
    const families = readFamilies(input);
    if (input.flag('unset')) return printUnset(context, name, families);
    return printExports(context, name, families);
  },
};

function readShell(context: Context, input: Input): ShellName {
  const asked = input.text('shell');
  if (asked !== undefined) return requireShell(asked, SHELLS, (name) => `--shell ${name}`);
  const { platform, ppid } = process;
  return detectShell({ env: context.env, platform, ancestors: programsAbove(ppid, platform) });
}

function readFamilies(input: Input): readonly FamilyName[] {
  const names = keysOf(CLIENT_FAMILIES);
  const typed = input.text('client');
  if (typed === undefined) return names;
  if (isKeyOf(CLIENT_FAMILIES, typed)) return [typed];
  throw new CommandError(`${terminalSafe(typed)} is no vendor whose clients gw knows.`, {
    why: `it knows what the clients of ${names.join(', ')} read`,
    fix: `--client ${nearest(typed, names) ?? names.join('|')}`,
    exit: EXIT.usage,
  });
}

async function printExports(
  context: Context,
  shell: ShellName,
  families: readonly FamilyName[],
): Promise<void> {
  const running = await reachDaemon(context);
  const address = standInOf(context.env) ?? running.address;
  const token = findToken(context);
  // A reference to a variable that is not there would export an empty key.
  if (token?.is === 'env' && (await loadToken(context, token)) === undefined) throw tokenMissing(token);
  const assignments = clientAssignments(address, context.env, token, families);
  if (context.json) context.printJson({ shell, address, variables: assignments.map(toJson) });
  else for (const line of assignLines(SHELLS[shell], assignments)) context.print(line);
  sayReplaced(context, assignments);
  sayProxy(context, address);
  if (shell === 'cmd' && token && !context.json) context.say(cmdTokenHint(token, families));
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

/** A key of the caller's own that gw's token takes the place of. */
function sayReplaced(context: Context, assignments: readonly Assignment[]): void {
  const replaced = assignments.filter(({ is, name }) => is !== 'text' && isOwnKey(context.env[name]));
  for (const { name } of replaced)
    context.say(`${name} holds gw's token from now on, in this shell, in place of the key it had.`);
  if (replaced.length > 0)
    context.say(
      "  To keep it, and to run gw's own commands: gw run -- COMMAND sets it for one command alone.",
    );
}

function sayProxy(context: Context, address: string): void {
  const spared = spareFromProxy(address, context.env);
  if (!spared) return;
  context.say('An HTTP proxy is set here, and calls to this machine are not spared from it.');
  context.say(`  fix: set NO_PROXY to ${spared['NO_PROXY'] ?? ''}   (gw run does so by itself)`);
}

function cmdTokenHint(token: KeyReference, families: readonly FamilyName[]): string {
  const value = token.is === 'env' ? `%${token.name}%` : 'what gw env --token prints';
  const names = families.map((name) => CLIENT_FAMILIES[name].key);
  return `gw wants a token of its callers; to add it, set to ${value}: ${names.join(', ')}`;
}

function sayHowToLoad(context: Context, shell: ShellName, words: string): void {
  context.say('');
  context.say(
    `These lines are for your shell (${shell}). To have it take them in: ${SHELLS[shell].load(words)}`,
  );
}

/** Needs no daemon: what is exported must be possible to take away when it is gone. */
async function printUnset(
  context: Context,
  shell: ShellName,
  families: readonly FamilyName[],
): Promise<void> {
  const isOurs = await ourKeys(context);
  const names = families.map(familyNamed).flatMap(({ addresses, key, otherKeys }) => [
    ...addresses,
    ...(isOurs(key) ? [key] : []),
    // Gw writes into these only where one was set.
    ...otherKeys.filter((name) => isOwnKey(context.env[name]) && isOurs(name)),
  ]);
  if (context.json) return context.printJson({ shell, unset: names });
  for (const name of names) context.print(SHELLS[shell].unset(name));
  if (context.stdout.isTTY) sayHowToLoad(context, shell, 'gw env --unset');
}

/** Tells of a key variable whether what it holds came from us; a key of the caller's own stays. */
async function ourKeys(context: Context): Promise<(name: string) => boolean> {
  const { env } = context;
  const keys = keysOf(CLIENT_FAMILIES).map((name) => familyNamed(name));
  const own = keys.flatMap(({ key, otherKeys }) => [key, ...otherKeys]).filter((name) => isOwnKey(env[name]));
  const token = own.length > 0 ? findToken(context) : undefined;
  const secret = token && (await loadToken(context, token));
  return (name) => {
    if (!isOwnKey(env[name])) return true;
    return !(token?.is === 'env' && token.name === name) && secret?.reveal() === env[name];
  };
}

async function printToken(context: Context): Promise<void> {
  const reference = findToken(context);
  if (!reference) {
    throw new CommandError('gw wants no token of its callers.', {
      why: 'the profile file has no listen.token',
      fix: `any key will do: OPENAI_API_KEY=${PLACEHOLDER_KEY}`,
      exit: EXIT.failed,
    });
  }
  const token = await loadToken(context, reference);
  if (!token) throw tokenMissing(reference);
  if (context.json) context.printJson({ token: token.reveal() });
  else context.print(token.reveal());
}
