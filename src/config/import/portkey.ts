import type { Preset } from '../../core/profile.ts';
import { field, isObject, type JsonObject } from '../../lib/expect.ts';
import type { ImportDraft } from './draft.ts';
import { keyFound, listIn, numberAt, objectIn, objectsIn, present, textAt, textsIn } from './foreign.ts';
import { presetNamed, presetOfModel } from './hosts.ts';
import type { ImportSources, WantedTarget } from './imported.ts';
import { AWS_KEYS, type LeftTable, leaveRest } from './rest.ts';

// https://github.com/Portkey-AI/gateway/blob/main/src/middlewares/requestValidator/schema/config.ts
const KNOWN: LeftTable = {
  strategy: true,
  targets: true,
  name: true,
  provider: true,
  api_key: true,
  virtual_key: true,
  override_params: true,
  weight: true,
  custom_host: true,
  retry: true,
  cache: true,
  request_timeout: true,
  aws_region: true,
  azure_resource_name: true,
  azure_deployment_id: true,
  azure_api_version: true,
  vertex_project_id: true,
  vertex_region: true,
  openai_organization: true,
  openai_project: true,
  anthropic_version: true,
  ...AWS_KEYS,
  vertex_service_account_json: [
    'gw finds Google credentials as gcloud does',
    'export GOOGLE_APPLICATION_CREDENTIALS',
  ],
  on_status_codes: [
    'gw decides by what went wrong, and knows more than the status',
    'docs/failure-policy.md',
  ],
  forward_headers: ['gw passes on what a provider of the same format understands'],
  input_guardrails: ['gw looks at nobody’s words'],
  output_guardrails: ['gw looks at nobody’s words'],
  before_request_hooks: ['gw looks at nobody’s words'],
  after_request_hooks: ['gw looks at nobody’s words'],
};

interface Walk {
  readonly draft: ImportDraft;
  readonly sources: ImportSources;
}

/** Reads a Portkey config: its strategy becomes the route for every model, its named targets routes of their own. */
export function readPortkey(document: JsonObject, draft: ImportDraft, sources: ImportSources): void {
  const config = snake(document);
  const mode = textAt(objectIn(config, 'strategy'), 'mode') ?? 'single';
  const walk = { draft, sources };
  if (mode === 'conditional') readConditions(config, walk);
  else {
    const targets = flatten(config, '', walk, mode === 'loadbalance');
    if (draft.route('default', targets, 'targets')) {
      draft.match('default', '*', 'targets');
      if (mode === 'loadbalance') weigh(targets, 'default', draft);
    }
  }
  settings(config, '', draft);
}

/** A target is a provider, or a strategy over further ones. */
function flatten(config: JsonObject, place: string, walk: Walk, weighed: boolean): WantedTarget[] {
  const inner = objectsIn(config, 'targets');
  const mode = textAt(objectIn(config, 'strategy'), 'mode');
  leaveRest(config, KNOWN, place, walk.draft);
  if (listIn(objectIn(config, 'strategy'), 'on_status_codes').length > 0) {
    const why = 'gw decides by what went wrong, and knows more than the status';
    walk.draft.leave(below(place, 'strategy.on_status_codes'), why, 'docs/failure-policy.md');
  }
  if (inner.length === 0) return present(readTarget(config, place, walk));
  if (place !== '') {
    settings(config, place, walk.draft);
    if (mode !== 'fallback' && mode !== undefined) {
      const why = `its targets are asked in order: gw chooses among the targets of a route, not of a part of one (${mode})`;
      walk.draft.leave(below(place, 'strategy'), why, 'docs/balance.md');
    }
  }
  return inner.flatMap((target) => {
    const entry = snake(target.entry);
    const found = flatten(entry, below(place, target.place), walk, weighed);
    const weight = numberAt(entry, 'weight');
    return weighed && place === ''
      ? found.map((one) => ({ ...one, weight: (weight ?? 1) / found.length }))
      : found;
  });
}

function weigh(targets: readonly WantedTarget[], route: string, draft: ImportDraft): void {
  if (targets.length < 2) return draft.unweigh(route);
  draft.policy('balance', 'weighted', 'strategy', route);
  if (targets.some(({ weight }) => weight !== undefined && weight <= 0)) {
    draft.leave(
      'targets',
      'a target without weight is asked once in a million times; others stand in before',
      'gw route remove',
    );
    draft.weigh(
      route,
      targets.map((one) => ({ ...one, weight: (one.weight ?? 0) * 1000 || 0.001 })),
    );
  }
}

function readTarget(config: JsonObject, place: string, { draft, sources }: Walk): WantedTarget | undefined {
  const params = objectIn(config, 'override_params');
  const said = parts(textAt(params, 'model'));
  const slug =
    (textAt(config, 'provider')?.startsWith('@') === true
      ? textAt(config, 'provider')?.slice(1)
      : undefined) ?? said.slug;
  const virtual = textAt(config, 'virtual_key') ?? slug;
  const named = slug === undefined ? textAt(config, 'provider') : undefined;
  const preset = findPreset(named, virtual, said.model, sources.presets);
  for (const name of Object.keys(params)) {
    if (name !== 'model')
      draft.leave(below(place, `override_params.${name}`), 'gw changes nothing but the model in a request');
  }
  if (preset === undefined && textAt(config, 'custom_host') === undefined) {
    if (named !== undefined || virtual !== undefined) {
      draft.leave(
        below(place, virtual === undefined ? 'provider' : 'virtual_key'),
        'it does not say which vendor that is',
        'gw provider add NAME',
      );
    }
    return undefined;
  }
  const keys = present(keyFound(config['api_key'], below(place, 'api_key')));
  const provider = draft.provider({
    place: place || 'provider',
    name: virtual ?? preset?.name ?? 'provider',
    preset,
    url: addressOf(preset?.name, config),
    keys,
    headers: headersOf(config),
  });
  if (provider !== undefined && virtual !== undefined && keys.length === 0) {
    const variable = preset?.env[0];
    const why = `its key is kept at Portkey${variable === undefined ? '' : `; gw looks for ${variable}`}`;
    draft.leave(below(place, 'virtual_key'), why, `gw key set ${provider}`);
  }
  const model = said.model ?? textAt(config, 'azure_deployment_id');
  return provider === undefined ? undefined : { provider, model };
}

/** `@openai-prod/gpt-4o` is an account in their catalogue and a model. */
function parts(model: string | undefined): {
  readonly slug: string | undefined;
  readonly model: string | undefined;
} {
  const found = /^@([^/]+)\/(.+)$/.exec(model ?? '');
  return found ? { slug: found[1], model: found[2] } : { slug: undefined, model };
}

/** By what it is called; an account's name mostly begins with its vendor's. */
function findPreset(
  provider: string | undefined,
  account: string | undefined,
  model: string | undefined,
  presets: readonly Preset[],
): Preset | undefined {
  if (provider !== undefined) return presetNamed(provider, presets);
  const words = account?.toLowerCase().split(/[-_.]/) ?? [];
  for (let length = words.length; length > 0; length--) {
    const preset = presetNamed(words.slice(0, length).join('-'), presets);
    if (preset) return preset;
  }
  return model === undefined ? undefined : presetOfModel(model, presets);
}

function addressOf(preset: string | undefined, config: JsonObject): string | undefined {
  const own = textAt(config, 'custom_host');
  if (own !== undefined) return own;
  const [resource, region] = [textAt(config, 'azure_resource_name'), textAt(config, 'aws_region')];
  if (preset === 'azure-openai' && resource !== undefined)
    return `https://${resource}.openai.azure.com/openai/v1`;
  if (preset === 'bedrock' && region !== undefined) return `https://bedrock-runtime.${region}.amazonaws.com`;
  const project = textAt(config, 'vertex_project_id');
  if (preset !== 'vertex-gemini' || project === undefined) return undefined;
  const place = textAt(config, 'vertex_region') ?? 'global';
  const hostname = place === 'global' ? 'aiplatform.googleapis.com' : `${place}-aiplatform.googleapis.com`;
  return `https://${hostname}/v1/projects/${project}/locations/${place}`;
}

function headersOf(config: JsonObject): JsonObject {
  const [organization, project] = [textAt(config, 'openai_organization'), textAt(config, 'openai_project')];
  return {
    ...(organization !== undefined && { 'openai-organization': organization }),
    ...(project !== undefined && { 'openai-project': project }),
  };
}

/** Named targets become routes; conditions on the model become the names these answer to. */
function readConditions(config: JsonObject, walk: Walk): void {
  const { draft } = walk;
  const strategy = objectIn(config, 'strategy');
  leaveRest(config, KNOWN, '', draft);
  const names = objectsIn(config, 'targets').flatMap(({ place, entry }) => {
    const target = snake(entry);
    const name = textAt(target, 'name');
    const made = draft.route(name ?? place, flatten(target, place, walk, false), place);
    return made && name !== undefined ? [name] : [];
  });
  for (const { place, entry } of objectsIn(strategy, 'conditions')) {
    const then = textAt(entry, 'then');
    const models = modelsOf(field(entry, 'query'));
    const at = `strategy.${place}`;
    if (then === undefined || !names.includes(then)) draft.leave(at, 'it leads to no target');
    else if (models.length === 0)
      draft.leave(at, 'gw routes by the model that is asked for', `x-gw-route: ${then}`);
    else for (const model of models) draft.match(then, model, at);
  }
  const otherwise = textAt(strategy, 'default');
  if (otherwise !== undefined && names.includes(otherwise)) draft.match(otherwise, '*', 'strategy.default');
}

/** `{ "params.model": { "$eq": "gpt-4o" } }` or `{ "$in": [...] }`; nothing where it asks for anything else too. */
function modelsOf(query: unknown): string[] {
  const keys = isObject(query) ? Object.keys(query) : [];
  if (keys.length !== 1 || keys[0] !== 'params.model') return [];
  const asked = field(query, 'params.model');
  const exact = textAt(query, 'params.model') ?? textAt(asked, '$eq');
  return exact === undefined ? textsIn(asked, '$in') : [exact];
}

/** What holds for all of it; below the top it would hold for a part of a route only. */
function settings(config: JsonObject, place: string, draft: ImportDraft): void {
  const retries = numberAt(objectIn(config, 'retry'), 'attempts');
  const timeout = numberAt(config, 'request_timeout');
  const cache = objectIn(config, 'cache');
  if (place !== '') {
    for (const name of ['retry', 'request_timeout', 'cache']) {
      if (config[name] !== undefined)
        draft.leave(below(place, name), 'gw sets it for a route or for all', 'gw config set … policy');
    }
    return;
  }
  if (retries !== undefined) {
    const most = Math.min(10, Math.max(0, Math.round(retries)));
    draft.policy('retries', most, 'retry.attempts');
    draft.policy('retriesLast', most, 'retry.attempts');
    if (listIn(objectIn(config, 'retry'), 'on_status_codes').length > 0) {
      draft.leave(
        'retry.on_status_codes',
        'gw decides by what went wrong, and knows more than the status',
        'docs/failure-policy.md',
      );
    }
  }
  if (timeout !== undefined) draft.policy('answerMs', Math.round(timeout), 'request_timeout');
  const mode = textAt(cache, 'mode');
  if (mode === 'semantic')
    draft.leave(
      'cache.mode',
      'gw keeps answers for identical requests only',
      'gw config set profiles.NAME.policy.cache true',
    );
  if (mode !== 'simple') return;
  draft.policy('cache', true, 'cache.mode');
  // Seconds: https://portkey.ai/docs/product/ai-gateway/cache-simple-and-semantic
  const age = numberAt(cache, 'max_age');
  if (age !== undefined) draft.policy('cacheTtlMs', Math.round(age * 1000), 'cache.max_age');
}

function below(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

/** They take `apiKey` for `api_key`, and so on. */
function snake(object: JsonObject): JsonObject {
  const plain: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    plain[key === '__proto__' ? 'proto' : key] = value;
  }
  return plain;
}
