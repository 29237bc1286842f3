import type { Config } from '../../config/index.ts';
import { isSigned } from '../../core/auth.ts';
import type { FormatName } from '../../core/operation.ts';
import type { AuthScheme, Preset, Profile, Provider } from '../../core/profile.ts';
import { isString, type JsonObject } from '../../lib/expect.ts';
import { fuzzyFind } from '../../lib/fuzzy.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { problemError, wrapWords } from '../problem.ts';
import { ask, choose } from '../prompt.ts';
import { type Address, isThisMachine, normaliseAddress, travelsInTheClear } from './address.ts';

/** Which provider to add: its name, the preset it is made from, and the address when that is not the preset's. */
export interface Introduction {
  readonly name: string;
  readonly preset: Preset | undefined;
  readonly address: Address | undefined;
}

/** What was typed about a provider that is to be added. */
export interface Typed {
  readonly name: string | undefined;
  readonly preset: string | undefined;
  readonly url: string | undefined;
  readonly format: FormatName | undefined;
}

/** Finds out which provider is meant; asks for what is missing where there is a person to ask. */
export async function introduce(
  context: Context,
  presets: readonly Preset[],
  typed: Typed,
): Promise<Introduction> {
  if (typed.name === undefined) return introduceByChoice(context, presets);
  const preset = presets.find(({ name }) => name === (typed.preset ?? typed.name));
  if (typed.preset !== undefined && !preset) throw unknownPreset(typed.preset, presets);
  const format = typed.format ?? preset?.format;
  if (typed.url !== undefined)
    return { name: typed.name, preset, address: addressOrThrow(typed.url, format) };
  if (preset) return { name: typed.name, preset, address: await addressOf(context, preset) };
  const meant = presetsMeant(typed.name, presets);
  if (!context.interactive || meant.length > 0) throw notPreset(typed.name, meant, presets);
  const url = await ask(context, {
    question: `Base address of ${typed.name}:`,
    instead: 'pass --url ADDRESS',
  });
  return { name: typed.name, preset: undefined, address: addressOrThrow(url, format) };
}

async function introduceByChoice(context: Context, presets: readonly Preset[]): Promise<Introduction> {
  const offered = presets.filter(({ onRequest }) => !onRequest);
  const more = presets.length - offered.length;
  if (context.interactive && more > 0) context.say(`${more} more: gw provider presets`);
  const index = await choose(context, {
    question: 'Which provider?',
    choices: offered.map(({ name, title }) => `${title} (${name})`),
    instead: wrapWords(`gw provider add NAME, with NAME one of ${namesOf(presets)}`),
  });
  const preset = offered[index];
  if (!preset) throw new CommandError('There is no preset to choose from.', { exit: EXIT.usage });
  return { name: preset.name, preset, address: undefined };
}

/** The preset's address with an account or a region filled in, where it has a place for one. */
async function addressOf(
  context: Context,
  { name, title, url, format }: Preset,
): Promise<Address | undefined> {
  let filled = url;
  for (const [place, variable = ''] of url.matchAll(/\$\{(\w+)\}/g)) {
    const value = context.env[variable]?.trim() || (await askPart(context, variable, title, name, url));
    // A host is pasted with its scheme as often as without.
    const part = value.replace(/^https?:\/\//, '').replace(/\/+$/, '');
    filled = filled.replace(place, url.startsWith(place) ? `https://${part}` : part);
  }
  return filled === url ? undefined : addressOrThrow(filled, format);
}

async function askPart(
  context: Context,
  variable: string,
  title: string,
  name: string,
  url: string,
): Promise<string> {
  const value = context.interactive
    ? await ask(context, {
        question: `${variable} (in ${url}):`,
        instead: `export ${variable}=…`,
      })
    : '';
  if (value !== '') return value;
  throw new CommandError(`The address of ${title} has a place for ${variable}, which is not set.`, {
    why: url,
    fix: `export ${variable}=…, then gw provider add ${name} again; or pass the whole address with --url`,
    exit: EXIT.usage,
  });
}

/** A checked address, or the end of the command. */
export function addressOrThrow(text: string, format?: FormatName): Address {
  const address = normaliseAddress(text, format);
  if (address.is === 'failed') throw problemError(address.fault, EXIT.usage);
  return address.value;
}

/** Ends the command when the profile has a provider of that name. */
export function refuseExisting(profile: Profile, name: string): void {
  const found = profile.providers.find((provider) => provider.name === name);
  if (!found) return;
  const second = found.preset === undefined ? `--url ${found.url}` : `--preset ${found.preset}`;
  throw new CommandError(`There is already a provider ${terminalSafe(name)}.`, {
    why: 'each has a name of its own, which routes refer to',
    fix: `gw provider edit ${name}, or for a second account: gw provider add ${name}-2 ${second} --key env:NAME`,
    exit: EXIT.usage,
  });
}

/** Ends the command when the address is the one gw itself listens at: each request would come back to it. */
export function refuseItself({ settings }: Config, url: string | undefined): void {
  if (url === undefined) return;
  const { hostname, port } = new URL(url);
  if (!isThisMachine(hostname) || port !== String(settings.listen.port)) return;
  throw new CommandError('That is the address of gw itself.', {
    why: `gw listens on port ${port} of this machine, so each request would come back to it`,
    fix: 'pass the address of the server that has the models',
    exit: EXIT.usage,
  });
}

/** How the keys that were named, or found by themselves, go into the file; `note` says what a person should know. */
export function chooseKeys(
  { env }: Pick<Context, 'env'>,
  { preset, address }: Introduction,
  given: readonly JsonObject[],
  auth?: AuthScheme,
): { readonly fields: JsonObject; readonly note: string | undefined } {
  if (given.length > 0) return { fields: { keys: given }, note: undefined };
  // The scheme of a flag comes before the preset's.
  const scheme = auth ?? preset?.auth;
  if (preset === undefined || scheme === undefined || scheme === 'none')
    return { fields: {}, note: undefined };
  if (isSigned(scheme)) return lookedUp(preset, address, auth);
  // The vendor's key must not go to another address only because the names are the same.
  if (address && !isOwnAddress(preset, address)) {
    const note = `No key is sent: this is not ${preset.title}'s own address. To send one: --key env:NAME`;
    return { fields: { keys: [], auth: 'none' }, note };
  }
  const found = preset.env.find((name) => isString(env[name]) && env[name].trim() !== '');
  const name = found ?? preset.env[0];
  if (name === undefined) {
    throw new CommandError(`${preset.title} needs a key, and gw knows no variable for it.`, {
      why: `the one it names itself cannot be exported by a shell`,
      fix: `gw provider add ${preset.name} --key env:NAME`,
      exit: EXIT.usage,
    });
  }
  return { fields: { keys: [{ env: name }] }, note: undefined };
}

/** Credentials that a running gw looks up by itself; they go to the vendor's own hosts, unless a flag says otherwise. */
function lookedUp(
  { title, url, auth: usual }: Preset,
  address: Address | undefined,
  auth: AuthScheme | undefined,
): ReturnType<typeof chooseKeys> {
  // A host for each region has it before the name (`europe-west1-…`) or in the middle.
  const [origin = ''] = /^https:\/\/[^/]+/.exec(url) ?? [];
  const pattern = origin
    .slice('https://'.length)
    .split(/\$\{\w+\}/)
    .map(escapeRegExp)
    .join('[a-z0-9-]+');
  const isOwn = !address || new RegExp(`^https://(?:[a-z0-9-]+-)?${pattern}(?:/|$)`).test(address.url);
  if (isOwn || auth !== undefined) return { fields: {}, note: undefined };
  const note = `No credentials are sent: this is not ${title}'s own address. To send them: --auth ${usual}`;
  return { fields: { keys: [], auth: 'none' }, note };
}

/** The host is the preset's, whatever was filled into it. */
function isOwnAddress(preset: Preset, address: Address): boolean {
  const pattern = preset.url.split(/\$\{\w+\}/).map(escapeRegExp);
  if (pattern.length > 1) return new RegExp(`^${pattern.join('[^/]+')}$`).test(address.url);
  return new URL(address.url).host === new URL(preset.url).host;
}

/** Warns when a key would travel unencrypted. */
export function clearTextNote({ url, keys }: Provider): string | undefined {
  if (keys.length === 0 || !travelsInTheClear(url)) return undefined;
  return `The key travels unencrypted to ${new URL(url).host}: use https:// where you can.`;
}

function unknownPreset(name: string, presets: readonly Preset[]): CommandError {
  const meant = presetsMeant(name, presets);
  return new CommandError(`There is no preset ${terminalSafe(name)}.`, {
    why: wrapWords(`gw knows ${namesOf(presets)}`),
    fix: meant.length === 0 ? 'leave --preset out and pass --url ADDRESS' : `--preset ${meant.join(' or ')}`,
    exit: EXIT.usage,
  });
}

function notPreset(name: string, meant: readonly string[], presets: readonly Preset[]): CommandError {
  const shown = terminalSafe(name);
  const other = `gw provider add ${shown} --url http://127.0.0.1:9001/v1`;
  return new CommandError(`gw does not know the address of ${shown}.`, {
    why: wrapWords(`it knows ${namesOf(presets)}`),
    fix: meant.length === 0 ? other : `did you mean ${meant.join(' or ')}? For any other: ${other}`,
    exit: EXIT.usage,
  });
}

const MEANT = 3;

/** What was probably meant by a name that is none: a slip of the finger, or a part of it. */
function presetsMeant(typed: string, presets: readonly Preset[]): string[] {
  const names = presets.map(({ name }) => name);
  const slip = nearest(typed, names);
  const found = fuzzyFind(typed, presets, ({ name, title }) => [name, title]).map(({ name }) => name);
  return [...new Set([...(slip === undefined ? [] : [slip]), ...found])].slice(0, MEANT);
}

function namesOf(presets: readonly Preset[]): string {
  const named = presets.filter(({ onRequest }) => !onRequest).map(({ name }) => name);
  const more = presets.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more (gw provider presets)` : '');
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
