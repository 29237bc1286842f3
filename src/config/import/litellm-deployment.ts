import type { Preset } from '../../core/profile.ts';
import { field, isObject, type JsonObject } from '../../lib/expect.ts';
import type { ImportDraft } from './draft.ts';
import { keyFound, listIn, numberAt, objectIn, present, resolved, textAt, written } from './foreign.ts';
import { presetNamed, presetOfModel } from './hosts.ts';
import type { ImportSources, WantedProvider, WantedTarget } from './imported.ts';
import { AWS_KEYS, type LeftTable, leaveRest } from './rest.ts';

const PARAMS: LeftTable = {
  model: true,
  api_key: true,
  api_base: true,
  base_url: true,
  api_version: true,
  custom_llm_provider: true,
  litellm_credential_name: true,
  organization: true,
  extra_headers: true,
  weight: true,
  max_parallel_requests: true,
  input_cost_per_token: true,
  output_cost_per_token: true,
  aws_region_name: true,
  vertex_project: true,
  vertex_location: true,
  rpm: ['gw goes by what providers say is left of their limits; as a weight it is kept', 'docs/balance.md'],
  tpm: ['gw goes by what providers say is left of their limits; as a weight it is kept', 'docs/balance.md'],
  timeout: [
    'limits are set for a route or for all',
    'gw config set profiles.NAME.routes.ROUTE.policy.answerMs',
  ],
  stream_timeout: [
    'limits are set for a route or for all',
    'gw config set profiles.NAME.routes.ROUTE.policy.firstContentMs',
  ],
  max_retries: [
    'retries are set for a route or for all',
    'gw config set profiles.NAME.routes.ROUTE.policy.retries',
  ],
  ...AWS_KEYS,
  aws_profile_name: ['gw finds AWS credentials as the AWS tools do', 'export AWS_PROFILE'],
  vertex_credentials: ['gw finds Google credentials as gcloud does', 'export GOOGLE_APPLICATION_CREDENTIALS'],
  tenant_id: ['gw finds Microsoft credentials in variables', 'export AZURE_TENANT_ID'],
  client_id: ['gw finds Microsoft credentials in variables', 'export AZURE_CLIENT_ID'],
  client_secret: ['gw finds Microsoft credentials in variables', 'export AZURE_CLIENT_SECRET'],
};
const ENTRY: LeftTable = { model_name: true, litellm_params: true, model_info: true, rpm: true, tpm: true };

/** One deployment of a model group as a provider and the model to ask it for. */
export function readDeployment(
  entry: JsonObject,
  place: string,
  document: JsonObject,
  draft: ImportDraft,
  sources: ImportSources,
): WantedTarget | undefined {
  const own = objectIn(entry, 'litellm_params');
  const params: JsonObject = { ...credentialOf(own, document), ...own };
  const at = `${place}.litellm_params`;
  const full = textAt(params, 'model');
  if (full === undefined) {
    draft.leave(`${at}.model`, 'it names no model');
    return undefined;
  }
  const { vendor, model } = parts(params, full);
  const wanted = host(vendor, model, params, at, draft, sources);
  const provider = wanted && draft.provider(wanted);
  leaveRest(own, PARAMS, at, draft);
  leaveRest(entry, ENTRY, place, draft);
  if (provider === undefined) return undefined;
  const costs = { ...objectIn(entry, 'model_info'), ...params };
  const [input, output] = ['input_cost_per_token', 'output_cost_per_token'].map((name) =>
    perMillion(costs, name),
  );
  draft.price(provider, model, input, output);
  // `openai/*` asks for whatever the caller named.
  return { provider, model: model.includes('*') ? undefined : model };
}

function perMillion(costs: JsonObject, name: string): number | undefined {
  const cost = numberAt(costs, name);
  return cost === undefined ? undefined : Number((cost * 1e6).toPrecision(12));
}

/** https://docs.litellm.ai/docs/proxy/configs: credentials that several deployments share. */
function credentialOf(params: JsonObject, document: JsonObject): JsonObject {
  const name = textAt(params, 'litellm_credential_name');
  const found = listIn(document, 'credential_list').find(
    (entry) => textAt(entry, 'credential_name') === name,
  );
  return name === undefined ? {} : objectIn(found, 'credential_values');
}

/** `groq/llama-3.3-70b` is a vendor and its model; without one the model says whose it is. */
function parts(params: JsonObject, full: string): { vendor: string | undefined; model: string } {
  const said = textAt(params, 'custom_llm_provider');
  const slash = full.indexOf('/');
  if (said !== undefined)
    return { vendor: said, model: full.startsWith(`${said}/`) ? full.slice(said.length + 1) : full };
  if (slash < 1) return { vendor: undefined, model: full };
  return { vendor: full.slice(0, slash), model: full.slice(slash + 1) };
}

/** Words that say how a server is spoken to, and not whose it is. */
const ANY_SERVER = new Set([
  'openai',
  'custom_openai',
  'openai_like',
  'text-completion-openai',
  'litellm_proxy',
  'hosted_vllm',
]);

function host(
  vendor: string | undefined,
  model: string,
  params: JsonObject,
  place: string,
  draft: ImportDraft,
  sources: ImportSources,
): WantedProvider | undefined {
  const preset = presetFor(vendor, model, sources);
  const base = written(params['api_base'] ?? params['base_url']);
  const address = resolved(base, sources.env);
  if (base?.is === 'env' && address === undefined) {
    draft.leave(
      `${place}.api_base`,
      `the variable ${base.name} is not set here`,
      `export ${base.name}=… and import again`,
    );
    return undefined;
  }
  const keys = present(keyFound(params['api_key'], `${place}.api_key`));
  const rest = {
    place,
    keys,
    headers: headersOf(params),
    concurrency: numberAt(params, 'max_parallel_requests'),
  };
  if (address !== undefined && (vendor === undefined || ANY_SERVER.has(vendor))) {
    const name =
      URL.parse(address)
        ?.hostname.replace(/^(api|www)\./, '')
        .split('.')[0] ?? 'provider';
    const openai = preset?.name === 'openai' && address.includes('api.openai.com') ? preset : undefined;
    return { ...rest, preset: openai, name: openai?.name ?? name, url: address };
  }
  if (preset === undefined) {
    if (address === undefined) {
      draft.leave(`${place}.model`, 'gw knows no vendor of that name', 'gw provider presets');
      return undefined;
    }
    return { ...rest, name: vendor ?? 'provider', url: address };
  }
  return { ...rest, preset, name: preset.name, url: addressIn(preset.name, address, params, sources) };
}

function presetFor(
  vendor: string | undefined,
  model: string,
  { presets }: ImportSources,
): Preset | undefined {
  if (vendor === undefined) return presetOfModel(model, presets);
  const preset = presetNamed(vendor, presets);
  const isClaude = preset?.name === 'vertex-gemini' && model.startsWith('claude');
  return isClaude ? presetNamed('vertex-anthropic', presets) : preset;
}

function headersOf(params: JsonObject): JsonObject {
  const headers = params['extra_headers'];
  const organization = textAt(params, 'organization');
  return {
    ...(isObject(headers) && headers),
    ...(organization !== undefined && { 'openai-organization': organization }),
  };
}

/** Addresses with a place for an account or a region in them, and servers whose prefix LiteLLM adds itself. */
function addressIn(
  preset: string,
  address: string | undefined,
  params: JsonObject,
  { env }: ImportSources,
): string | undefined {
  const said = (name: string): string | undefined => resolved(written(field(params, name)), env);
  switch (preset) {
    case 'azure-openai': {
      const url = address === undefined ? undefined : URL.parse(address);
      return url ? `${url.origin}/openai/v1` : address;
    }
    case 'bedrock': {
      const region = said('aws_region_name');
      return (
        address ?? (region === undefined ? undefined : `https://bedrock-runtime.${region}.amazonaws.com`)
      );
    }
    case 'vertex-gemini':
    case 'vertex-anthropic': {
      const project = said('vertex_project');
      const location = said('vertex_location') ?? 'global';
      const hostname =
        location === 'global' ? 'aiplatform.googleapis.com' : `${location}-aiplatform.googleapis.com`;
      const publisher = preset === 'vertex-anthropic' ? '/publishers/anthropic' : '';
      const url = `https://${hostname}/v1/projects/${project}/locations/${location}${publisher}`;
      return project === undefined ? address : url;
    }
    case 'ollama':
      return address === undefined || /\/v1\/?$/.test(address)
        ? address
        : `${address.replace(/\/+$/, '')}/v1`;
    case 'anthropic':
      return address === undefined || /\/v1\/?/.test(address) ? address : `${address.replace(/\/+$/, '')}/v1`;
    default:
      return address;
  }
}
