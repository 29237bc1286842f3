import { isObject, isString, type JsonObject } from '../lib/expect.ts';
import { looksLikeKey } from './pasted-key.ts';
import { placeBelow, valueAt } from './place.ts';

/** Headers that say who calls or which version is spoken; any other may hold a credential. */
export const HARMLESS_HEADERS =
  /^(http-referer|x-title|user-agent|anthropic-(version|beta)|openai-(organization|project|beta)|accept(-.*)?)$/i;

/** One profile as it may be given away: without keys and without header values that may be keys. `left` names the places. */
export function withoutCredentials(
  document: JsonObject,
  name: string,
): { readonly profile: JsonObject; readonly left: readonly string[] } {
  const profile = structuredClone(valueAt(document, ['profiles', name]));
  const left: string[] = [];
  const providers = valueAt(profile, ['providers']);
  for (const [provider, entry] of Object.entries(isObject(providers) ? providers : {})) {
    if (!isObject(entry)) continue;
    const place = placeBelow('providers', provider);
    leaveOutKeys(entry, placeBelow(place, 'keys'), left);
    leaveOutHeaders(entry, placeBelow(place, 'headers'), left);
    leaveOutSecrets(valueAt(entry, ['auth', 'oauth']), placeBelow(placeBelow(place, 'auth'), 'oauth'), left);
  }
  return { profile: isObject(profile) ? profile : {}, left };
}

function leaveOutKeys(provider: JsonObject, place: string, left: string[]): void {
  const keys = provider['keys'];
  if (!Array.isArray(keys)) return;
  const kept = keys.filter((key: unknown, index) => {
    if (!isObject(key) || !Object.hasOwn(key, 'value')) return true;
    left.push(placeBelow(place, index));
    return false;
  });
  // An empty list would say that there is no key; none at all says that the preset's variable holds it.
  if (kept.length === 0) delete provider['keys'];
  else provider['keys'] = kept;
}

function leaveOutSecrets(oauth: unknown, place: string, left: string[]): void {
  for (const [name, value] of Object.entries(isObject(oauth) ? oauth : {})) {
    if (!isObject(oauth) || !isObject(value) || !Object.hasOwn(value, 'value')) continue;
    delete oauth[name];
    left.push(placeBelow(place, name));
  }
}

function leaveOutHeaders(provider: JsonObject, place: string, left: string[]): void {
  const headers = provider['headers'];
  if (!isObject(headers)) return;
  for (const name of Object.keys(headers)) {
    if (HARMLESS_HEADERS.test(name)) continue;
    delete headers[name];
    left.push(placeBelow(place, name));
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
