import type { FormatName } from '../../core/operation.ts';
import { field, isObject, type JsonObject } from '../../lib/expect.ts';
import type { ImportDraft } from './draft.ts';
import {
  keyFound,
  numberAt,
  objectIn,
  objectsIn,
  present,
  resolved,
  textAt,
  textsIn,
  written,
} from './foreign.ts';
import { presetNamed } from './hosts.ts';
import type { ImportSources } from './imported.ts';
import { type LeftTable, leaveRest } from './rest.ts';

// https://docs.getbifrost.ai/deployment-guides/config-json/schema-reference
const TOP: LeftTable = {
  $schema: true,
  version: true,
  source_of_truth: true,
  providers: true,
  encryption_key: ['gw keeps no keys of its own unless you say so', 'gw key set'],
  client: ['settings of the proxy itself: gw has its own', 'gw config schema'],
  server: ['settings of the proxy itself: gw has its own', 'gw config schema'],
  auth_config: ['gw is operated from this machine only', 'gw config set listen.token.env NAME'],
  governance: [
    'gw is for the people of one machine: it has no virtual keys, teams and customers',
    'gw route set',
  ],
  guardrails_config: ['gw looks at nobody’s words'],
  config_store: ['gw keeps its settings in one file', 'gw config path'],
  logs_store: ['gw keeps its own record', 'gw requests'],
  vector_store: ['gw keeps answers for identical requests only', 'gw cache status'],
  plugins: ['gw runs no code of others'],
  mcp: ['gw serves no tools'],
  framework: ['gw has its own list of prices', 'gw models'],
};
const PROVIDER: LeftTable = {
  keys: true,
  network_config: true,
  concurrency_and_buffer_size: true,
  custom_provider_config: true,
  proxy_config: ['gw takes proxies from variables', 'export HTTPS_PROXY'],
  send_back_raw_response: [
    'gw passes answers on as they are, and keeps what is asked for',
    'gw start --capture errors',
  ],
  send_back_raw_request: [
    'gw passes answers on as they are, and keeps what is asked for',
    'gw start --capture errors',
  ],
};
const KEY: LeftTable = {
  id: true,
  name: true,
  value: true,
  models: true,
  weight: true,
  enabled: true,
  azure_key_config: true,
  vertex_key_config: true,
  bedrock_key_config: true,
  ollama_key_config: true,
  vllm_key_config: true,
  sgl_key_config: true,
  use_for_batch_api: true,
  aliases: ['gw asks for models by their own names', 'gw route set ALIAS PROVIDER/MODEL'],
  blacklisted_models: ['gw leaves no models out by name', 'gw route set'],
};
const NETWORK: LeftTable = {
  base_url: true,
  extra_headers: true,
  max_retries: true,
  default_request_timeout_in_seconds: true,
  retry_backoff_initial: true,
  retry_backoff_max: true,
  retry_backoff_initial_ms: true,
  retry_backoff_max_ms: true,
  stream_idle_timeout_in_seconds: true,
  allow_private_network: true,
  max_conns_per_host: ['gw opens what is needed', 'gw provider edit NAME --concurrency'],
};
const FORMATS: Readonly<Record<string, FormatName>> = {
  openai: 'openai-chat',
  anthropic: 'anthropic-messages',
  gemini: 'gemini',
  cohere: 'cohere-chat',
  bedrock: 'bedrock-converse',
};

/** Reads Bifrost's config.json: its providers and their keys. Who stands in for whom its callers say themselves. */
export function readBifrost(document: JsonObject, draft: ImportDraft, sources: ImportSources): void {
  let several = false;
  const limits: JsonObject[] = [];
  for (const [name, entry] of Object.entries(objectIn(document, 'providers'))) {
    if (!isObject(entry)) continue;
    const place = `providers.${name}`;
    const keys = objectsIn(entry, 'keys').filter(({ entry: key }) => key['enabled'] !== false);
    several ||= keys.length > 1;
    limits.push(objectIn(entry, 'network_config'));
    readProvider(name, entry, keys, place, draft, sources);
  }
  if (several) draft.policy('keys', 'spread', 'providers');
  addPolicy(limits, draft);
  leaveRest(document, TOP, '', draft);
}

type Keys = readonly { readonly place: string; readonly entry: JsonObject }[];

function readProvider(
  name: string,
  entry: JsonObject,
  keys: Keys,
  place: string,
  draft: ImportDraft,
  sources: ImportSources,
): void {
  const network = objectIn(entry, 'network_config');
  leaveRest(entry, PROVIDER, place, draft);
  leaveRest(network, NETWORK, `${place}.network_config`, draft);
  for (const key of keys) leaveRest(key.entry, KEY, `${place}.${key.place}`, draft);
  leaveWeights(keys, place, draft);
  const type = textAt(objectIn(entry, 'custom_provider_config'), 'base_provider_type');
  const preset = type === undefined ? presetNamed(name, sources.presets) : undefined;
  const url = addressOf(preset?.name ?? type, network, keys, sources);
  const models = [...new Set(keys.flatMap(({ entry: key }) => textsIn(key, 'models')))];
  const headers = network['extra_headers'];
  draft.provider({
    place,
    name,
    preset,
    url,
    format: type === undefined ? undefined : FORMATS[type],
    ...(type === 'anthropic' && { auth: 'x-api-key' as const }),
    keys: present(...keys.map(({ place: at, entry: key }) => keyFound(key['value'], `${place}.${at}.value`))),
    headers: isObject(headers) ? headers : {},
    models: models.filter((model) => model !== '*'),
    concurrency: numberAt(objectIn(entry, 'concurrency_and_buffer_size'), 'concurrency'),
  });
}

function leaveWeights(keys: Keys, place: string, draft: ImportDraft): void {
  const weights = new Set(keys.map(({ entry }) => numberAt(entry, 'weight') ?? 1));
  if (weights.size > 1) {
    draft.leave(
      `${place}.keys.weight`,
      'gw gives each key of a provider its turn, all alike',
      'two providers, and gw route set --balance weighted',
    );
  }
  const served = new Set(keys.map(({ entry }) => textsIn(entry, 'models').toSorted().join(' ')));
  if (served.size > 1) {
    draft.leave(
      `${place}.keys.models`,
      'gw takes every key of a provider for every model',
      'two providers, each with its key and --model',
    );
  }
}

/** Bifrost adds the version prefix itself; gw's addresses have it. */
function addressOf(
  vendor: string | undefined,
  network: JsonObject,
  keys: Keys,
  sources: ImportSources,
): string | undefined {
  const first = (config: string, name: string): string | undefined =>
    keys
      .map(({ entry }) => resolved(written(field(entry[config], name)), sources.env))
      .find((text) => text !== undefined);
  const base =
    resolved(written(network['base_url']), sources.env) ??
    first('ollama_key_config', 'url') ??
    first('vllm_key_config', 'url') ??
    first('sgl_key_config', 'url');
  if (vendor === 'azure-openai') {
    const url = URL.parse(first('azure_key_config', 'endpoint') ?? base ?? '');
    return url ? `${url.origin}/openai/v1` : undefined;
  }
  if (vendor === 'bedrock') {
    const region = first('bedrock_key_config', 'region');
    return region === undefined ? base : `https://bedrock-runtime.${region}.amazonaws.com`;
  }
  if (vendor === 'vertex-gemini') {
    const project = first('vertex_key_config', 'project_id');
    const place = first('vertex_key_config', 'region') ?? 'global';
    const hostname = place === 'global' ? 'aiplatform.googleapis.com' : `${place}-aiplatform.googleapis.com`;
    return project === undefined ? base : `https://${hostname}/v1/projects/${project}/locations/${place}`;
  }
  if (base === undefined) return undefined;
  const usual = sources.presets.find(({ name }) => name === vendor)?.url ?? '/v1';
  const prefix = usual.startsWith('/') ? usual : (URL.parse(usual)?.pathname ?? '/v1');
  const plain = base.replace(/\/+$/, '');
  return plain.endsWith(prefix) || URL.parse(plain)?.pathname !== '/' ? plain : `${plain}${prefix}`;
}

/** Said for each provider there and for all of them here: the most patient one counts. */
function addPolicy(limits: readonly JsonObject[], draft: ImportDraft): void {
  const largest = (...names: readonly string[]): number | undefined => {
    const found = limits.flatMap((limit) => numberAt(limit, ...names) ?? []);
    if (new Set(found).size > 1) {
      draft.leave(
        `providers.network_config.${names[0]}`,
        'gw sets it for a route or for all; the largest was taken',
      );
    }
    return found.length === 0 ? undefined : Math.round(Math.max(...found));
  };
  const at = 'providers.network_config';
  const retries = largest('max_retries');
  if (retries !== undefined) {
    draft.policy('retries', Math.min(10, Math.max(0, retries)), at);
    draft.policy('retriesLast', Math.min(10, Math.max(0, retries)), at);
  }
  const seconds = largest('default_request_timeout_in_seconds');
  if (seconds !== undefined) draft.policy('answerMs', seconds * 1000, at);
  const idle = largest('stream_idle_timeout_in_seconds');
  if (idle !== undefined) draft.policy('idleMs', idle * 1000, at);
  const backoff = largest('retry_backoff_initial_ms', 'retry_backoff_initial');
  if (backoff !== undefined) draft.policy('backoffMs', backoff, at);
  const cap = largest('retry_backoff_max_ms', 'retry_backoff_max');
  if (cap !== undefined) draft.policy('backoffCapMs', cap, at);
}
