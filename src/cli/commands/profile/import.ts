import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { compareProfiles, putAt, valueAt } from '../../../config/index.ts';
import { errorCode, isObject, type JsonObject, parseJson, stringField } from '../../../lib/expect.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { confirm, readInput } from '../../prompt.ts';
import { changeStored, keepActive, openStored, readStored } from '../../stored-config.ts';

export const command: Command = {
  arguments: [
    { name: '<file>', summary: 'what gw profile export printed; - for standard input (with --yes)' },
  ],
  options: [
    { flags: '--as <name>', summary: 'the name it gets here; its own when not given' },
    { flags: '--use', summary: 'make it the active one too' },
    { flags: '-y, --yes', summary: 'do not ask' },
  ],
  examples: ['gw profile import team.json', 'gw profile import team.json --as team --yes'],
  run: importProfile,
};

/** Shows what would change, asks, and replaces the profile as a whole. */
async function importProfile(context: Context, input: Input): Promise<void> {
  const { profile: ownName, $schema: _schema, ...profile } = await readDocument(context, input);
  const name = input.text('as') ?? (typeof ownName === 'string' ? ownName : 'default');
  const file = openStored(context);
  const before = readStored(context, file);
  const edit = (draft: JsonObject): void => {
    keepActive(draft, before);
    putAt(draft, ['profiles', name], profile);
    if (input.flag('use')) draft['active'] = name;
  };
  // Said first: whoever is asked should be asked about something that can be done.
  const changes = compareProfiles(valueAt(file.raw(), ['profiles', name]), profile);
  const draft = file.raw();
  edit(draft);
  const valid = file.check(JSON.stringify(draft)).is === 'ok';
  if (valid && changes.length === 0 && !input.flag('use')) return nothing(context, name);
  if (valid) for (const change of changes) context.say(terminalSafe(change));
  const agreed =
    !valid ||
    input.flag('yes') ||
    (await confirm(context, {
      question: `Change the profile ${terminalSafe(name)} like this?`,
      instead: 'gw profile import <file> --yes',
      otherwise: false,
    }));
  if (!agreed) return context.say('Nothing was changed.');
  await changeStored(context, file, edit);
  if (context.json) context.printJson({ imported: name, changes });
  else context.say(`The profile ${name} is imported.`);
}

function nothing(context: Context, name: string): void {
  if (context.json) context.printJson({ imported: name, changes: [] });
  else context.say(`The profile ${name} is like that already.`);
}

async function readDocument(context: Context, input: Input): Promise<JsonObject> {
  const path = input.argument(0) ?? '';
  const text = path === '-' ? await readInput(context) : readOther(resolve(context.cwd, path));
  const document = parseJson(text);
  if (isObject(document) && !Object.hasOwn(document, 'profiles')) return document;
  const whole = isObject(document);
  throw new CommandError(`${path} is not what gw profile export prints.`, {
    why: whole ? 'it is a whole profile file' : 'it is no JSON object',
    fix: whole
      ? `gw config validate ${path}, then copy it to $(gw config path)`
      : 'gw profile export > file.json',
    exit: EXIT.config,
  });
}

function readOther(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(`${path} cannot be read.`, {
      why: errorCode(error) ?? stringField(error, 'message') ?? 'it is no file',
      fix: 'name a file that is there',
      exit: EXIT.usage,
    });
  }
}
