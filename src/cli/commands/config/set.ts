import { type ConfigFile, looksLikeKey, parsePlace, putAt, removeAt } from '../../../config/index.ts';
import { isString, parseJson } from '../../../lib/expect.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { readInput } from '../../prompt.ts';
import { changeStored, openStored } from '../../stored-config.ts';

export const command: Command = {
  arguments: [
    { name: '<place>', summary: 'where, with dots between names and quotes around names that have dots' },
    { name: '[value]', summary: 'JSON, or plain text' },
  ],
  options: [
    { flags: '--stdin', summary: 'read the value from standard input (the only way for a key itself)' },
    { flags: '--unset', summary: 'take away what is there' },
  ],
  examples: [
    'gw config set listen.port 4500',
    'gw config set profiles.default.policy.firstContentMs 8s',
    `gw config set 'profiles.default.routes."gpt-4.1".targets' '["openai", "groq/openai/gpt-oss-20b"]'`,
    'gw config set log.level --unset',
  ],
  run: set,
};

async function set(context: Context, input: Input): Promise<void> {
  const place = input.argument(0) ?? '';
  const segments = parsePlace(place);
  if (segments.is === 'failed' || segments.value.length === 0) {
    throw new CommandError('That place cannot be read.', {
      why: segments.is === 'failed' ? segments.fault : 'it is empty',
      fix: `write it like 'profiles.default.routes."gpt-4.1".targets'`,
      exit: EXIT.usage,
    });
  }
  const file = openStored(context);
  if (input.flag('unset')) await unset(context, file, place, segments.value);
  else await store(context, file, segments.value, await readValue(context, input, segments.value));
  if (context.json) context.printJson({ place, changed: true });
  else context.say(`${terminalSafe(place)} is ${input.flag('unset') ? 'no longer set' : 'set'}.`);
}

async function unset(
  context: Context,
  file: ConfigFile,
  place: string,
  segments: readonly string[],
): Promise<void> {
  await changeStored(context, file, (draft) => {
    if (removeAt(draft, segments)) return;
    throw new CommandError(`There is nothing at ${terminalSafe(place)}.`, { fix: 'gw config get' });
  });
}

async function store(
  context: Context,
  file: ConfigFile,
  segments: readonly string[],
  text: string,
): Promise<void> {
  const json = parseJson(text);
  // `2024-01-01` is text and `2024` a number, but a header's value is text either way: what fits is meant.
  const fitsAsJson = json !== undefined && (isString(json) || fits(file, segments, json));
  const value = fitsAsJson || (json !== undefined && !fits(file, segments, text)) ? json : text;
  await changeStored(context, file, (draft) => {
    const fault = putAt(draft, segments, value);
    if (fault !== undefined)
      throw new CommandError('That cannot be set.', { why: fault, fix: 'gw config get' });
  });
}

/** Whether the file would be valid with that value. */
function fits(file: ConfigFile, segments: readonly string[], value: unknown): boolean {
  const draft = file.raw();
  return putAt(draft, segments, value) === undefined && file.check(JSON.stringify(draft)).is === 'ok';
}

async function readValue(context: Context, input: Input, segments: readonly string[]): Promise<string> {
  const given = input.argument(1);
  if (input.flag('stdin') && given === undefined) return readInput(context);
  if (given === undefined || input.flag('stdin')) {
    throw new CommandError('One value is needed.', {
      why: given === undefined ? 'none was given' : 'one was given, and --stdin asks for another',
      fix: 'gw config set <place> <value>, or pipe it in with --stdin',
      exit: EXIT.usage,
    });
  }
  const isKeyPlace =
    segments[segments.length - 1] === 'value' && (segments.includes('keys') || segments.includes('token'));
  if (looksLikeKey(given) || isKeyPlace) {
    throw new CommandError('A key is not taken as an argument.', {
      why: 'arguments end up in shell history and process lists',
      fix: 'refer to it: {"env": "NAME"}; or pipe it in: … | gw config set <place> --stdin',
      exit: EXIT.usage,
    });
  }
  return given;
}
