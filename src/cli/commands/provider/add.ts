import { isSigned, takesKey, USUAL_AUTH } from '../../../core/auth.ts';
import type { FormatName } from '../../../core/operation.ts';
import type { AuthScheme, Profile } from '../../../core/profile.ts';
import type { JsonObject } from '../../../lib/expect.ts';
import { PRESETS } from '../../../providers/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { notifyDaemon } from '../../notify.ts';
import { changeProfile, openProfile, putEntry } from '../../profile-file.ts';
import { modelToSend } from '../../provider/check.ts';
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
import {
  chooseKeys,
  clearTextNote,
  type Introduction,
  introduce,
  refuseExisting,
  refuseItself,
} from '../../provider/introduce.ts';
import { providerJson, requireProvider } from '../../provider/lookup.ts';
import { receiveKey } from '../../provider/new-key.ts';
import { checkJson, formatChecks } from '../../provider/report.ts';
import type { Check } from '../../provider/subject.ts';
import { settleAddress, tryProvider } from '../../provider/trial.ts';

export const command: Command = {
  arguments: [
    {
      name: '[name]',
      summary: 'a known provider (openai, anthropic, ollama, …), or a name for one with --url',
    },
  ],
  options: [
    PROVIDER_OPTIONS.url,
    PROVIDER_OPTIONS.key,
    PROVIDER_OPTIONS.keyStdin,
    { flags: '--preset <name>', summary: 'the known provider it is an account of, when its name is another' },
    PROVIDER_OPTIONS.format,
    PROVIDER_OPTIONS.alsoSpeaks,
    PROVIDER_OPTIONS.auth,
    PROVIDER_OPTIONS.header,
    PROVIDER_OPTIONS.model,
    PROVIDER_OPTIONS.concurrency,
    PROVIDER_OPTIONS.noTest,
  ],
  examples: [
    'gw provider add anthropic',
    'gw provider add local --url http://127.0.0.1:9001/v1',
    'gw provider add work --preset openai --key env:WORK_OPENAI_KEY',
    'gw provider add claude --url https://claude.example.com/v1 --format anthropic-messages --key env:CLAUDE_KEY',
    'pbpaste | gw provider add groq --key-stdin',
  ],
  run: addProvider,
};

async function addProvider(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  // Flags first: nothing is asked or stored before it is known that all of them can be used.
  const flags = {
    format: readFormatFlag(input),
    alsoSpeaks: readAlsoSpeaksFlag(input),
    auth: readAuthFlag(input),
    headers: readHeaderFlags(input),
    concurrency: readConcurrencyFlag(input),
    keys: readKeyFlags(input, context),
  };
  const typed = {
    name: input.argument(0),
    preset: input.text('preset'),
    url: input.text('url'),
    format: flags.format,
  };
  const who = await introduce(context, PRESETS, typed);
  refuseItself(open.config, who.address?.url);
  // What only the environment implies is about to be written down: naming it is no repetition.
  if (open.source === 'file') refuseExisting(open.profile, who.name);
  const received = input.flag('keyStdin') ? [await receiveKey(context, who.name)] : [];
  const { fields, note } = chooseKeys(context, who, [...flags.keys, ...received], flags.auth);
  const entry = { ...entryFor(who, input.list('model'), flags), ...authFor(who, flags, fields), ...fields };
  const first = open.profile.routes.length === 0;
  const profile = await changeProfile(context, open, ({ providers, routes }) => {
    putEntry(providers, who.name, entry);
    if (first) putEntry(routes, 'default', { match: ['*'], targets: [who.name] });
  });
  const notes = [...(who.address?.notes ?? []), ...(note === undefined ? [] : [note])];
  await finish(context, { who, profile, notes, first, test: wantsTest(input) });
}

interface Flags {
  readonly format: FormatName | undefined;
  readonly alsoSpeaks: readonly FormatName[] | undefined;
  readonly auth: AuthScheme | undefined;
  readonly headers: Record<string, string>;
  readonly concurrency: number | undefined;
}

function entryFor(
  { preset, address }: Introduction,
  models: readonly string[],
  { format, alsoSpeaks, headers, concurrency }: Flags,
): JsonObject {
  return {
    ...(preset ? { preset: preset.name } : {}),
    ...(address ? { url: address.url } : {}),
    ...(format === undefined ? {} : { format }),
    ...(alsoSpeaks === undefined ? {} : { alsoSpeaks: [...alsoSpeaks] }),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(models.length > 0 ? { models } : {}),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

/** How the key travels, where neither the preset says it nor everybody does it so. */
function authFor({ preset }: Introduction, { auth, format }: Flags, { keys }: JsonObject): JsonObject {
  if (auth !== undefined) return { auth };
  if (format === undefined || format === preset?.format) return {};
  const usual = USUAL_AUTH[format];
  if (isSigned(usual)) return { auth: usual };
  if (!Array.isArray(keys)) return {};
  return takesKey(usual) && usual !== (preset?.auth ?? 'bearer') ? { auth: usual } : {};
}

interface Added {
  readonly who: Introduction;
  readonly profile: Profile;
  readonly notes: readonly string[];
  /** It is the first provider, so route `default` was made for it. */
  readonly first: boolean;
  readonly test: boolean;
}

/** What was added is on disk: tests it, tells the daemon, and says what to do next. */
async function finish(context: Context, added: Added): Promise<void> {
  const { name } = added.who;
  const open = { ...openProfile(context), profile: added.profile };
  const provider = requireProvider(open, name);
  context.say(`Added ${name} (${provider.url}).`);
  const clear = clearTextNote(provider);
  for (const note of [...added.notes, ...(clear === undefined ? [] : [clear])]) context.say(`note: ${note}`);
  const settled =
    added.test && added.who.address?.guessed ? await settleAddress(context, open, provider) : provider;
  const checks = added.test ? await tryProvider(context, settled) : [];
  if (checks.length > 0 && !context.json) context.say(formatChecks(context, checks));
  if (checks.some(({ result }) => result.is === 'failed')) context.say(`${name} is kept as it is.`);
  await notifyDaemon(context);
  const next = nextStep(added, checks);
  if (context.json) {
    const route = added.first ? 'default' : null;
    return context.printJson({
      provider: providerJson(settled, open),
      route,
      checks: checks.map(checkJson),
      next,
    });
  }
  if (added.first) context.say(`Route default sends every model to ${name}.`);
  context.say(`next: ${next}`);
  if (!added.first && added.who.preset === undefined)
    context.say(`      (${name} alone, without a model, gets whatever model is asked for)`);
}

/** The command that gets the provider used. */
function nextStep({ who, profile, first }: Added, checks: readonly Check[]): string {
  if (first) return 'gw start';
  const provider = profile.providers.find(({ name }) => name === who.name);
  const route = profile.routes.find(({ match }) => match.includes('*')) ?? profile.routes[0];
  const listed = checks.map(({ result }) => result).find(({ is }) => is === 'ok');
  const model = provider && modelToSend({ provider, preset: who.preset }, listed);
  return `gw route add ${route?.name ?? 'default'} ${who.name}/${model ?? 'MODEL'}`;
}
