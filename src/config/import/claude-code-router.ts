import type { FormatName } from '../../core/operation.ts';
import { isObject, isString, type JsonObject } from '../../lib/expect.ts';
import type { ImportDraft } from './draft.ts';
import { keyFound, listIn, numberAt, objectIn, objectsIn, present, textAt, textsIn } from './foreign.ts';
import { plainAddress, presetAt, presetNamed } from './hosts.ts';
import type { ImportSources, WantedTarget } from './imported.ts';
import { type LeftTable, leaveRest } from './rest.ts';

// https://github.com/musistudio/claude-code-router: the config.json of its versions 1 and 2.
const TOP: LeftTable = {
  Providers: true,
  providers: true,
  Router: true,
  LOG: true,
  LOG_LEVEL: true,
  NON_INTERACTIVE_MODE: true,
  API_TIMEOUT_MS: true,
  APIKEY: ['callers of gw need a key only where you say so', 'gw config set listen.token.env NAME'],
  HOST: ['where gw listens is set for all profiles', 'gw config set listen.host'],
  PORT: ['where gw listens is set for all profiles', 'gw config set listen.port'],
  PROXY_URL: ['gw takes proxies from variables', 'export HTTPS_PROXY'],
  transformers: ['gw runs no code of others', 'docs/formats.md'],
  CUSTOM_ROUTER_PATH: ['gw runs no code of others', 'gw route set, x-gw-route'],
};
const PROVIDER: LeftTable = {
  name: true,
  api_base_url: true,
  api_key: true,
  models: true,
  transformer: true,
};
/** What gw does by itself, knowing the vendor or the format. */
const NEEDLESS = new Set([
  'anthropic',
  'openai',
  'deepseek',
  'gemini',
  'openrouter',
  'groq',
  'tooluse',
  'reasoning',
  'cleancache',
  'vercel',
  'cerebras',
  'maxcompletiontokens',
  'streamoptions',
  'openai-responses',
  'vertex-gemini',
]);

/** Reads claude-code-router's config.json: its default becomes the route for every model. */
export function readClaudeCodeRouter(document: JsonObject, draft: ImportDraft, sources: ImportSources): void {
  const names = new Map<string, string>();
  for (const key of ['Providers', 'providers']) {
    for (const { place, entry } of objectsIn(document, key))
      readProvider(entry, place, names, draft, sources);
  }
  readRoutes(objectIn(document, 'Router'), names, draft);
  const timeout = numberAt(document, 'API_TIMEOUT_MS');
  if (timeout !== undefined) {
    draft.policy('answerMs', Math.round(timeout), 'API_TIMEOUT_MS');
    draft.policy('answerLastMs', Math.round(timeout), 'API_TIMEOUT_MS');
  }
  leaveRest(document, TOP, '', draft);
}

function readProvider(
  entry: JsonObject,
  place: string,
  names: Map<string, string>,
  draft: ImportDraft,
  sources: ImportSources,
): void {
  leaveRest(entry, PROVIDER, place, draft);
  const name = textAt(entry, 'name') ?? 'provider';
  const address = textAt(entry, 'api_base_url');
  const url = address === undefined ? undefined : plainAddress(address);
  if (address !== undefined && url === undefined) {
    draft.leave(`${place}.api_base_url`, 'it is no address', 'gw provider add NAME --url ADDRESS');
    return;
  }
  const preset = url === undefined ? presetNamed(name, sources.presets) : presetAt(url, sources.presets);
  const uses = usesOf(entry, place, draft);
  const format: FormatName | undefined = uses.has('anthropic') ? 'anthropic-messages' : undefined;
  const isLocal = url !== undefined && /^https?:\/\/(localhost|127\.|\[::1\])/.test(url);
  const found = keyFound(entry['api_key'], `${place}.api_key`);
  const made = draft.provider({
    place,
    name,
    preset,
    url: preset && url?.startsWith(preset.url) === true ? preset.url : url,
    format,
    ...(format !== undefined && found !== undefined && { auth: 'x-api-key' as const }),
    // A server on this machine is given its own name for a key.
    keys: isLocal && found?.is === 'secret' && found.value === name ? [] : present(found),
    models: textsIn(entry, 'models'),
  });
  if (made !== undefined) names.set(name, made);
}

/** The transformers it uses; those that gw has no counterpart for are listed. */
function usesOf(entry: JsonObject, place: string, draft: ImportDraft): ReadonlySet<string> {
  const table = objectIn(entry, 'transformer');
  const found = new Set<string>();
  const walk = (list: readonly unknown[], at: string): void => {
    for (const item of list) {
      const name = isString(item) ? item : Array.isArray(item) && isString(item[0]) ? item[0] : undefined;
      if (name === undefined) continue;
      found.add(name.toLowerCase());
      if (!NEEDLESS.has(name.toLowerCase()))
        draft.leave(
          `${at}.${name}`,
          'gw sends what the caller asked for, in the format of the provider',
          'docs/formats.md',
        );
      else if (Array.isArray(item) && isObject(item[1]))
        draft.leave(`${at}.${name}`, 'its settings have no counterpart in gw');
    }
  };
  walk(listIn(table, 'use'), `${place}.transformer`);
  for (const [model, own] of Object.entries(table)) {
    if (model !== 'use') walk(listIn(own, 'use'), `${place}.transformer.${model}`);
  }
  return found;
}

/** Uses that gw does not tell apart by what a request looks like: they become routes to ask for by name. */
const BY_NAME: Readonly<Record<string, string>> = {
  think: 'gw does not choose a model by whether the caller wants it to think',
  webSearch: 'gw does not choose a model by whether the web is searched',
  image: 'gw leaves out targets that take no images, and chooses none for them',
};

function readRoutes(router: JsonObject, names: ReadonlyMap<string, string>, draft: ImportDraft): void {
  const target = (key: string): WantedTarget | undefined =>
    readTarget(router[key], `Router.${key}`, names, draft);
  const first = target('default');
  const long = target('longContext');
  if (draft.route('default', present(first, long), 'Router.default'))
    draft.match('default', '*', 'Router.default');
  if (long) {
    const why =
      'it stands in for the default when a request is too long for that, or when that fails; no count of tokens decides';
    draft.leave('Router.longContext', why, 'gw route show default');
  }
  const background = target('background');
  if (background && draft.route('background', present(background, first), 'Router.background')) {
    // What it takes for a task in the background: a Claude model with "haiku" in its name.
    draft.match('background', 'claude-*haiku*', 'Router.background');
  }
  for (const [key, why] of Object.entries(BY_NAME)) {
    const found = target(key);
    if (!found) continue;
    if (draft.route(key, present(found, first), `Router.${key}`))
      draft.leave(`Router.${key}`, why, `x-gw-route: ${key}`);
  }
  const known = new Set([
    'default',
    'background',
    'longContext',
    'longContextThreshold',
    ...Object.keys(BY_NAME),
  ]);
  for (const key of Object.keys(router)) {
    if (!known.has(key)) draft.leave(`Router.${key}`, 'gw has nothing of that name');
  }
}

/** `provider,model` */
function readTarget(
  value: unknown,
  place: string,
  names: ReadonlyMap<string, string>,
  draft: ImportDraft,
): WantedTarget | undefined {
  if (!isString(value) || value.trim() === '') return undefined;
  const comma = value.indexOf(',');
  const provider = names.get((comma < 0 ? value : value.slice(0, comma)).trim());
  if (provider === undefined) {
    draft.leave(place, 'it names a provider that is not there');
    return undefined;
  }
  return { provider, model: comma < 0 ? undefined : value.slice(comma + 1).trim() };
}
