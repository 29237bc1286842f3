import {
  compareProfiles,
  FOREIGN_KINDS,
  type LeftBehind,
  putAt,
  readForeign,
  valueAt,
} from '../../../config/index.ts';
import { isString, type JsonObject, keysOf } from '../../../lib/expect.ts';
import { shellWord } from '../../../lib/shell-word.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import { PRESETS } from '../../../providers/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { keepKeys, keyJson, type KeyPlan, keysJson, planKeys } from '../../import/found-keys.ts';
import { type ForeignDocument, readForeignDocument } from '../../import/read-document.ts';
import { openProfile } from '../../profile-file.ts';
import { confirm } from '../../prompt.ts';
import { whyOut } from '../../route/describe.ts';
import { changeStored, keepActive, openStored, readStored } from '../../stored-config.ts';

export const command: Command = {
  arguments: [
    {
      name: '<file>',
      summary:
        "what gw profile export printed, or another gateway's configuration; - for standard input (with --yes)",
    },
  ],
  options: [
    {
      flags: '--from <tool>',
      summary: `whose configuration it is, where gw cannot tell: ${keysOf(FOREIGN_KINDS).join(', ')}`,
    },
    {
      flags: '--as <name>',
      summary: 'the name it gets here; its own, or the name of the tool, when not given',
    },
    {
      flags: '--keys <place>',
      summary: 'where keys go that stand in the file as they are: keychain, file, or skip',
    },
    { flags: '--use', summary: 'make it the active one too' },
    { flags: '--dry-run', summary: 'show what would change, and change nothing' },
    { flags: '-y, --yes', summary: 'do not ask' },
  ],
  examples: [
    'gw profile import team.json',
    'gw profile import team.json --as team --yes',
    'gw profile import ~/litellm/config.yaml --dry-run',
    'gw profile import ~/.claude-code-router/config.json --keys keychain --use --yes',
  ],
  run: importProfile,
};

/** What is about to become a profile. */
interface Candidate {
  readonly name: string;
  readonly profile: JsonObject;
  readonly left: readonly LeftBehind[];
  readonly keys: KeyPlan;
}

/** Shows what would change, asks, and replaces the profile as a whole. */
async function importProfile(context: Context, input: Input): Promise<void> {
  const found = await readForeignDocument(context, input.argument(0) ?? '', input.text('from'));
  const candidate = await candidateOf(context, input, found);
  const { name, profile } = candidate;
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
  const nothing = valid && changes.length === 0 && !input.flag('use');
  if (!context.json) tell(context, found, candidate, valid ? changes : []);
  if (nothing || (input.flag('dryRun') && valid)) return finish(context, input, found, candidate, changes);
  const agreed =
    !valid ||
    input.flag('yes') ||
    (await confirm(context, {
      question: `Change the profile ${terminalSafe(name)} like this?`,
      instead: terminalSafe(typedAgain(input)),
      otherwise: false,
    }));
  if (!agreed) return context.say('Nothing was changed.');
  if (valid) await keepKeys(context, candidate.keys);
  await changeStored(context, file, edit);
  finish(context, input, found, candidate, changes);
}

/** The command as it was typed, with the answer to the question it would ask. */
function typedAgain(input: Input): string {
  const options = ['from', 'as', 'keys'].flatMap((name) => {
    const value = input.text(name);
    return value === undefined ? [] : [`--${name}`, shellWord(value)];
  });
  const words = [shellWord(input.argument(0) ?? '-'), ...options, ...(input.flag('use') ? ['--use'] : [])];
  return `gw profile import ${words.join(' ')} --yes`;
}

async function candidateOf(context: Context, input: Input, found: ForeignDocument): Promise<Candidate> {
  if (found.kind === 'gw') {
    const { profile: ownName, $schema: _schema, ...profile } = found.document;
    const name = input.text('as') ?? (isString(ownName) ? ownName : 'default');
    return { name, profile, left: [], keys: { references: new Map(), skipped: false } };
  }
  const imported = readForeign(found.kind, found.document, { presets: PRESETS, env: context.env });
  const name = input.text('as') ?? found.kind;
  const keys = await planKeys(context, imported.secrets, input.text('keys'), input.flag('dryRun'), name);
  return {
    name,
    profile: imported.profile((secret) => keyJson(keys, secret)),
    left: imported.left,
    keys,
  };
}

function tell(
  context: Context,
  found: ForeignDocument,
  candidate: Candidate,
  changes: readonly string[],
): void {
  if (found.kind !== 'gw') context.say(`This is a ${FOREIGN_KINDS[found.kind].title}.`);
  for (const change of changes) context.say(terminalSafe(change));
  if (candidate.left.length === 0) return;
  context.say('\nNot carried over as it was:');
  for (const { place, why, nearest } of candidate.left) {
    context.say(terminalSafe(`  ${place}: ${why}`));
    if (nearest !== undefined) context.say(terminalSafe(`    instead: ${nearest}`));
  }
  context.say('');
}

function finish(
  context: Context,
  input: Input,
  found: ForeignDocument,
  { name, left, keys }: Candidate,
  changes: readonly string[],
): void {
  const isDry = input.flag('dryRun');
  if (context.json) {
    const foreign = found.kind === 'gw' ? {} : { from: found.kind, left, keys: keysJson(keys) };
    return context.printJson({ imported: name, changes, ...foreign, ...(isDry && { dryRun: true }) });
  }
  if (changes.length === 0 && !input.flag('use'))
    return context.say(`The profile ${terminalSafe(name)} is like that already.`);
  if (isDry) return context.say('Nothing was changed: --dry-run.');
  context.say(`The profile ${terminalSafe(name)} is imported.`);
  for (const [{ provider }, reference] of keys.references) {
    if (reference.is === 'env')
      context.say(terminalSafe(`  the key of ${provider}: export ${reference.name}=…`));
  }
  const { config, keys: here } = openProfile(context);
  if (config.activeProfile !== name) context.say(`next: gw profile use ${terminalSafe(name)}`);
  if (found.kind !== 'gw') return;
  for (const provider of config.profiles[name]?.providers ?? []) {
    const missing = whyOut(provider, here);
    if (missing !== undefined && provider.enabled)
      context.say(
        terminalSafe(`${provider.name} has no key here (${missing}): gw key set ${provider.name} --only`),
      );
  }
}
