import { keyLabel, keyReferenceToJson } from '../../../config/index.ts';
import { takesKey, USUAL_AUTH } from '../../../core/auth.ts';
import type { AuthScheme, Provider } from '../../../core/profile.ts';
import type { JsonObject } from '../../../lib/expect.ts';
import { nearest } from '../../../lib/nearest.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { notifyDaemon } from '../../notify.ts';
import { changeProfile, objectAt, openProfile } from '../../profile-file.ts';
import {
  PROVIDER_OPTIONS,
  readAlsoSpeaksFlag,
  readAuthFlag,
  readConcurrencyFlag,
  readFormatFlag,
  readHeaderFlags,
  readKeyFlags,
  wantsTest,
} from '../../provider/flags.ts';
import { addressOrThrow, clearTextNote, refuseItself } from '../../provider/introduce.ts';
import { providerJson, requireProvider } from '../../provider/lookup.ts';
import { receiveKey } from '../../provider/new-key.ts';
import { checkJson, formatChecks } from '../../provider/report.ts';
import { tryProvider } from '../../provider/trial.ts';

export const command: Command = {
  arguments: [{ name: '<name>', summary: 'the provider' }],
  options: [
    PROVIDER_OPTIONS.url,
    {
      ...PROVIDER_OPTIONS.key,
      summary: 'the keys it has from now on: env:NAME, file:/path or keychain:account',
    },
    { flags: '--add-key <reference...>', summary: 'one more key, used when the others are limited' },
    { flags: '--remove-key <reference...>', summary: 'a key it no longer has' },
    {
      ...PROVIDER_OPTIONS.keyStdin,
      summary: 'read its key from standard input (or a hidden prompt) and keep it',
    },
    PROVIDER_OPTIONS.format,
    { ...PROVIDER_OPTIONS.alsoSpeaks, summary: 'the other formats it takes at the same address from now on' },
    PROVIDER_OPTIONS.auth,
    PROVIDER_OPTIONS.header,
    { flags: '--remove-header <name...>', summary: 'an extra request header it no longer sends' },
    { ...PROVIDER_OPTIONS.model, summary: 'the models it is known to have from now on' },
    PROVIDER_OPTIONS.concurrency,
    PROVIDER_OPTIONS.noTest,
  ],
  examples: [
    'gw provider edit openai --add-key env:OPENAI_API_KEY_2',
    'gw provider edit local --url http://127.0.0.1:9002/v1',
    'gw provider edit groq --key-stdin < key.txt',
    'gw provider edit ollama --also-speaks anthropic-messages',
    'gw provider edit ollama --concurrency 2',
  ],
  run: editProvider,
};

async function editProvider(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const before = requireProvider(open, input.argument(0) ?? '');
  const { name } = before;
  const format = readFormatFlag(input);
  const url = input.text('url');
  const address = url === undefined ? undefined : addressOrThrow(url, format ?? before.format);
  refuseItself(open.config, address?.url);
  const fields: JsonObject = {
    ...(address ? { url: address.url } : {}),
    ...optional('format', format),
    ...optional('alsoSpeaks', readAlsoSpeaksFlag(input)),
    ...headerFields(before, input),
    ...(input.list('model').length > 0 ? { models: input.list('model') } : {}),
    ...(await keyFields(context, { ...before, format: format ?? before.format }, input)),
    ...optional('auth', readAuthFlag(input)),
    ...optional('concurrency', readConcurrencyFlag(input)),
  };
  if (Object.keys(fields).length === 0) throw nothingToChange(name);
  const profile = await changeProfile(context, open, ({ providers }) => {
    Object.assign(objectAt(providers, name), fields);
  });
  const after = requireProvider({ ...open, profile }, name);
  await report(context, after, { ...open, profile }, [...(address?.notes ?? [])], wantsTest(input));
}

function optional(name: string, value: string | number | readonly string[] | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

function headerFields(before: Provider, input: Input): JsonObject {
  const added = readHeaderFlags(input);
  const removed = input.list('removeHeader').map((name) => name.toLowerCase());
  if (Object.keys(added).length === 0 && removed.length === 0) return {};
  const kept = Object.entries({ ...before.headers, ...added }).filter(([name]) => !removed.includes(name));
  return { headers: Object.fromEntries(kept) };
}

/** The keys as they shall be; giving a key to a provider that had none makes it send one. */
async function keyFields(context: Context, before: Provider, input: Input): Promise<JsonObject> {
  const replaced = readKeyFlags(input, context);
  const added = readKeyFlags(input, context, 'addKey');
  const removed = input.list('removeKey');
  for (const label of removed) requireKey(before, label);
  const received = input.flag('keyStdin') ? [await receiveKey(context, before.name)] : [];
  if (replaced.length + added.length + removed.length + received.length === 0) return {};
  const kept = before.keys.filter((key) => !removed.includes(keyLabel(key))).map(keyReferenceToJson);
  const base = [...replaced, ...received];
  // A key that was handed over replaces the ones before it, unless others are named beside it.
  const keys = [...(base.length > 0 ? base : kept), ...added];
  return keys.length > 0
    ? { keys, auth: takesKey(before.auth) ? before.auth : keyAuth(before) }
    : { keys: [], auth: 'none' };
}

/** How a provider that had no key sends the one it is given. */
function keyAuth({ format }: Provider): AuthScheme {
  const usual = USUAL_AUTH[format];
  return takesKey(usual) ? usual : 'bearer';
}

function requireKey({ name, keys }: Provider, label: string): void {
  const labels = keys.map(keyLabel);
  if (labels.includes(label)) return;
  const meant = nearest(label, labels);
  throw new CommandError(`${name} has no such key.`, {
    why: labels.length === 0 ? 'it has none' : `it has ${labels.join(', ')}`,
    fix: meant === undefined ? `gw provider show ${name}` : `did you mean ${meant}?`,
    exit: EXIT.usage,
  });
}

function nothingToChange(name: string): CommandError {
  return new CommandError('There is nothing to change.', {
    why: 'no option was given',
    fix: `gw provider edit ${name} --url ADDRESS, --key env:NAME, … (gw provider edit --help lists them)`,
    exit: EXIT.usage,
  });
}

async function report(
  context: Context,
  after: Provider,
  open: Parameters<typeof providerJson>[1],
  notes: readonly string[],
  test: boolean,
): Promise<void> {
  context.say(`Changed ${after.name} (${after.url}).`);
  const clear = clearTextNote(after);
  for (const note of clear === undefined ? notes : [...notes, clear]) context.say(`note: ${note}`);
  const checks = test ? await tryProvider(context, after) : [];
  if (checks.length > 0 && !context.json) context.say(formatChecks(context, checks));
  await notifyDaemon(context);
  if (context.json) context.printJson({ provider: providerJson(after, open), checks: checks.map(checkJson) });
}
