import { AUTH_SCHEMES as SCHEMES, isSigned, takesKey } from '../core/auth.ts';
import { keyLabel } from '../core/key-label.ts';
import { FORMAT_NAMES, type FormatName } from '../core/operation.ts';
import {
  type AuthScheme,
  FOLLOWER_QUIRKS,
  type KeyReference,
  type Preset,
  type Provider,
  type Quirk,
} from '../core/profile.ts';
import { isObject } from '../lib/expect.ts';
import { nearest } from '../lib/nearest.ts';
import { readKeyReference } from './key-reference.ts';
import { modelName } from './model-name.ts';
import { readOAuth } from './oauth.ts';
import { looksLikeKey, mayBeKey } from './pasted-key.ts';
import { readPrices } from './prices.ts';
import { flag, type ObjectReader, oneOf, text, whole } from './reader.ts';

/** Names that go into targets (`provider/model`), headers and command lines: no slash, no blank. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Requests served at once. */
export const CONCURRENCY = whole(1, 1_000_000);

export const FORMATS: Readonly<Record<FormatName, string>> = FORMAT_NAMES;
export const AUTH_SCHEMES: Readonly<Record<AuthScheme, unknown>> = SCHEMES;
export const QUIRKS: Readonly<Record<Quirk, true>> = {
  'no-stream-options': true,
  'max-tokens-old': true,
  'no-developer-role': true,
  'reasoning-content-back': true,
  'tool-choice-any': true,
  'ids-9': true,
  'assistant-after-tools': true,
  'random-seed': true,
  'json-object-only': true,
  'cache-control': true,
  'think-tags': true,
  'anthropic-vertex': true,
  'openapi-schemas': true,
  'vertex-dialect': true,
  'rerank-top-k': true,
  'mistral-moderation': true,
  'prefill-prefix': true,
  'prefill-partial': true,
  free: true,
};

/** Headers that gw itself decides: credentials have a place of their own, the rest belongs to one connection. */
const OWN_HEADERS: Readonly<Record<string, string>> = {
  authorization: 'keys',
  'x-api-key': 'keys',
  'api-key': 'keys',
  'proxy-authorization': 'keys',
  cookie: 'keys',
  host: 'url',
  'content-length': 'nothing: it is computed',
  'transfer-encoding': 'nothing: it is computed',
  connection: 'nothing: it is decided per connection',
  upgrade: 'nothing: it is decided per connection',
  te: 'nothing: it is decided per connection',
  trailer: 'nothing: it is decided per connection',
  'accept-encoding': 'nothing: gw reads plain answers only',
};

/** Reads one provider: what it does not say comes from its preset. */
export function readProvider(name: string, reader: ObjectReader, presets: readonly Preset[]): Provider {
  if (!NAME.test(name) || mayBeKey(name)) {
    reader.problem(reader.place, 'this is no name for a provider', {
      expected: 'letters, digits and . _ -, starting with a letter or digit, at most 64',
    });
  }
  const preset = readPreset(reader, presets);
  const url = readUrl(reader) ?? presetUrl(preset);
  if (url === undefined && reader.value('url') === undefined) {
    if (preset) reader.problem(reader.below('url'), NO_ACCOUNT, { expected: preset.url });
    else if (reader.value('preset') === undefined) {
      reader.problem(reader.below('url'), 'this provider has no address', {
        expected: `"url", or "preset" with one of ${namesOf(presets)}`,
      });
    }
  }
  const given = readKeys(reader);
  const oauth = readOAuth(reader);
  const auth = oauth ? 'oauth' : (readScheme(reader) ?? defaultAuth(preset, given));
  // The key that a vendor's documentation names is no secret of another scheme.
  const keys = given ?? (isSigned(auth) ? [] : presetKeys(preset));
  if (takesKey(auth) && keys.length === 0) {
    reader.problem(reader.below('keys'), 'this provider has no key', {
      expected:
        'at least one: {"env": "NAME"}, {"file": "/path"}, {"keychain": "account"}; or "auth": "none"',
    });
  }
  const prices = readPrices(reader);
  const concurrency = reader.optional('concurrency', CONCURRENCY) ?? preset?.concurrency;
  const provider: Provider = {
    name,
    preset: preset?.name,
    url: url ?? '',
    format: reader.optional('format', oneOf(FORMATS)) ?? preset?.format ?? 'openai-chat',
    alsoSpeaks: reader.list('alsoSpeaks', oneOf(FORMATS)) ?? preset?.alsoSpeaks ?? [],
    auth,
    ...(oauth && { oauth }),
    keys,
    enabled: reader.optional('enabled', flag) ?? true,
    headers: readHeaders(reader),
    quirks: reader.list('quirks', oneOf(QUIRKS)) ?? (preset ? preset.quirks : FOLLOWER_QUIRKS),
    models: reader.list('models', modelName) ?? [],
    owns: reader.list('owns', modelName) ?? preset?.owns ?? [],
    ...(prices && { prices }),
    ...(concurrency !== undefined && { concurrency }),
  };
  reader.finish();
  return provider;
}

const NO_ACCOUNT = 'this provider needs an address: its preset has a place for an account or a region in it';

/** A preset's address, unless something has to be filled in: `https://${ACCOUNT}.example.com`. */
function presetUrl(preset: Preset | undefined): string | undefined {
  return preset === undefined || preset.url.includes('${') ? undefined : preset.url;
}

/** Those most people mean; all of them would fill a screen. */
function namesOf(presets: readonly Preset[]): string {
  const named = presets.filter(({ onRequest }) => !onRequest).map(({ name }) => name);
  const more = presets.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more (gw provider presets)` : '');
}

function readPreset(reader: ObjectReader, presets: readonly Preset[]): Preset | undefined {
  const name = reader.optional('preset', text);
  const preset = presets.find((known) => known.name === name);
  if (name !== undefined && !preset) {
    const names = presets.map((known) => known.name);
    reader.problem(reader.below('preset'), 'there is no such preset', {
      expected: `one of ${namesOf(presets)}`,
      nearest: nearest(name, names),
    });
  }
  return preset;
}

/** The variable that the vendor's own documentation names, unless the file says where the key is. */
function presetKeys(preset: Preset | undefined): readonly KeyReference[] {
  const name = preset && takesKey(preset.auth) ? preset.env[0] : undefined;
  return name === undefined ? [] : [{ is: 'env', name }];
}

/** One word of the table; nothing where settings of OAuth stand, which were read apart. */
function readScheme(reader: ObjectReader): AuthScheme | undefined {
  if (isObject(reader.value('auth'))) return undefined;
  const scheme = reader.optional('auth', oneOf(AUTH_SCHEMES));
  if (scheme !== 'oauth') return scheme;
  reader.problem(reader.below('auth'), 'this needs settings', {
    expected: '{"oauth": {"tokenUrl": …, "clientId": …, "clientSecret": {"env": …}}}',
  });
  return undefined;
}

function defaultAuth(preset: Preset | undefined, given: readonly KeyReference[] | undefined): AuthScheme {
  const usual = preset?.auth ?? 'none';
  return given && given.length > 0 && !takesKey(usual) && !isSigned(usual) ? 'bearer' : usual;
}

function readKeys(reader: ObjectReader): readonly KeyReference[] | undefined {
  const seen = new Set<string>();
  return reader.objects('keys')?.flatMap((entry) => {
    const reference = readKeyReference(entry);
    if (!reference) return [];
    const identity = reference.is === 'inline' ? `inline:${reference.value}` : keyLabel(reference);
    if (seen.has(identity)) entry.problem(entry.place, 'this key is listed twice');
    seen.add(identity);
    return [reference];
  });
}

/** An address without trailing slash; credentials, query and fragment have no place in it. */
function readUrl(reader: ObjectReader): string | undefined {
  const value = reader.optional('url', text);
  if (value === undefined) return undefined;
  const expected = 'an address with the version prefix: "https://api.example.com/v1"';
  const place = reader.below('url');
  if (looksLikeKey(value)) {
    reader.problem(place, 'this holds what looks like a key; put it into "keys"', { expected });
    return undefined;
  }
  const url = URL.parse(value);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '') {
    reader.problem(place, 'this is no http or https address', { expected });
  } else if (url.username || url.password) {
    reader.problem(place, 'an address holds no user name or password; put the key into "keys"', { expected });
  } else if (url.search || url.hash) {
    reader.problem(place, 'an address has no ? or # part', { expected });
  } else {
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  }
  return undefined;
}

function readHeaders(reader: ObjectReader): Readonly<Record<string, string>> {
  const table = reader.object('headers');
  const headers: Record<string, string> = {};
  for (const name of table?.names() ?? []) {
    const place = table?.below(name) ?? '';
    const value = table?.value(name);
    const lower = name.toLowerCase();
    const instead = Object.hasOwn(OWN_HEADERS, lower) ? OWN_HEADERS[lower] : undefined;
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(lower)) {
      reader.problem(reader.below('headers'), 'a header has a name that HTTP does not allow');
    } else if (instead !== undefined) {
      reader.problem(place, 'gw sets this header itself', { expected: instead });
    } else if (Object.hasOwn(headers, lower)) {
      reader.problem(place, 'this header is written twice');
    } else if (typeof value !== 'string' || !/^[\x20-\x7E\t]{0,4096}$/.test(value)) {
      reader.problem(place, 'this is no header value', {
        expected: 'text of printable characters on one line',
      });
    } else if (looksLikeKey(value)) {
      reader.problem(place, 'this holds what looks like a key', { expected: 'the key in "keys"' });
    } else {
      headers[lower] = value;
    }
  }
  return headers;
}
