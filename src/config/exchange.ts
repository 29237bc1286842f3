import { isObject, isString, type JsonObject } from '../lib/expect.ts';
import { looksLikeKey } from './pasted-key.ts';
import { placeBelow, valueAt } from './place.ts';

/** Headers that say who calls or which version is spoken; any other may hold a credential. */
export const HARMLESS_HEADERS =
  /^(http-referer|x-title|user-agent|anthropic-(version|beta)|openai-(organization|project|beta)|accept(-.*)?)$/i;

/** Something that was not given away, and why: it is a credential itself (or may be), or says where one is kept here. */
export interface LeftOut {
  readonly place: string;
  readonly provider: string;
  readonly is: 'credential' | 'kept here';
}

/** The part of a preset that says in which variable the vendor's own key is expected. */
type KeyVariables = readonly { readonly name: string; readonly env: readonly string[] }[];

/**
 * One profile as it may be given away: without keys, without header values that may be keys, and without the files and
 * keychain entries of this machine, which are nowhere else. Where a key was and none is left, a variable is named.
 */
export function withoutCredentials(
  document: JsonObject,
  name: string,
  presets: KeyVariables,
): { readonly profile: JsonObject; readonly left: readonly LeftOut[] } {
  const profile = structuredClone(valueAt(document, ['profiles', name]));
  const left: LeftOut[] = [];
  const providers = valueAt(profile, ['providers']);
  for (const [provider, entry] of Object.entries(isObject(providers) ? providers : {})) {
    if (!isObject(entry)) continue;
    const place = placeBelow('providers', provider);
    const out = (below: string, is: LeftOut['is']): void => void left.push({ place: below, provider, is });
    leaveOutKeys(entry, placeBelow(place, 'keys'), { out, variable: variableOf(provider, entry, presets) });
    leaveOutHeaders(entry, placeBelow(place, 'headers'), out);
    const oauth = valueAt(entry, ['auth', 'oauth']);
    leaveOutSecrets(oauth, placeBelow(placeBelow(place, 'auth'), 'oauth'), { out, provider });
  }
  return { profile: isObject(profile) ? profile : {}, left };
}

type TellOut = (place: string, is: LeftOut['is']) => void;

/** Why a reference cannot go along; undefined where it means the same on every machine. */
function whyOut(reference: unknown): LeftOut['is'] | undefined {
  if (!isObject(reference)) return undefined;
  if (Object.hasOwn(reference, 'value')) return 'credential';
  return Object.hasOwn(reference, 'file') || Object.hasOwn(reference, 'keychain') ? 'kept here' : undefined;
}

/** The variable to name where no key is left; undefined where the preset's own is meant without being named. */
function variableOf(provider: string, entry: JsonObject, presets: KeyVariables): string | undefined {
  const preset = presets.find((known) => known.name === entry['preset']);
  return preset?.env[0] === undefined ? variableFor(provider, 'API_KEY') : undefined;
}

/** `ALPHA_API_KEY`; a name that begins with a digit could not be exported. */
function variableFor(provider: string, what: string): string {
  const name = provider.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return `${/^[0-9]/.test(name) ? '_' : ''}${name}_${what}`;
}

function leaveOutKeys(
  provider: JsonObject,
  place: string,
  { out, variable }: { readonly out: TellOut; readonly variable: string | undefined },
): void {
  const keys = provider['keys'];
  if (!Array.isArray(keys)) return;
  const kept: unknown[] = keys.filter((key: unknown, index) => {
    const why = whyOut(key);
    if (why !== undefined) out(placeBelow(place, index), why);
    return why === undefined;
  });
  if (kept.length > 0) provider['keys'] = kept;
  // An empty list would say that there is no key; none at all says that the preset's variable holds it.
  else if (variable === undefined || keys.length === 0) delete provider['keys'];
  else provider['keys'] = [{ env: variable }];
}

function leaveOutSecrets(
  oauth: unknown,
  place: string,
  { out, provider }: { readonly out: TellOut; readonly provider: string },
): void {
  for (const [name, value] of Object.entries(isObject(oauth) ? oauth : {})) {
    const why = whyOut(value);
    if (!isObject(oauth) || why === undefined) continue;
    // Tokens come from signing in; without the client's secret most profiles would not be valid.
    if (name === 'clientSecret') oauth[name] = { env: variableFor(provider, 'CLIENT_SECRET') };
    else delete oauth[name];
    out(placeBelow(place, name), why);
  }
}

function leaveOutHeaders(provider: JsonObject, place: string, out: TellOut): void {
  const headers = provider['headers'];
  if (!isObject(headers)) return;
  for (const name of Object.keys(headers)) {
    if (HARMLESS_HEADERS.test(name)) continue;
    delete headers[name];
    out(placeBelow(place, name), 'credential');
  }
  if (Object.keys(headers).length === 0) delete provider['headers'];
}

/** What is different between two profiles, one line for each place: `+ place: value`, `- place: value`. */
export function compareProfiles(before: unknown, after: unknown): string[] {
  const lines: string[] = [];
  compare('', before, after, lines);
  return lines;
}

function compare(place: string, before: unknown, after: unknown, lines: string[]): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  if ((isObject(before) || before === undefined) && isObject(after) && Object.keys(after).length > 0) {
    const old = before ?? {};
    for (const key of new Set([...Object.keys(old), ...Object.keys(after)])) {
      compare(placeBelow(place, key), valueAt(old, [key]), valueAt(after, [key]), lines);
    }
    return;
  }
  if (before !== undefined) lines.push(`- ${place}: ${shown(before)}`);
  if (after !== undefined) lines.push(`+ ${place}: ${shown(after)}`);
}

/** A value in one line, without any key in it. */
function shown(value: unknown): string {
  return JSON.stringify(value, (name, below: unknown) =>
    isString(below) && (name === 'value' || looksLikeKey(below)) ? '[hidden]' : below,
  );
}
