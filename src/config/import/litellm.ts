import { field, isObject, isString, type JsonObject } from '../../lib/expect.ts';
import type { ImportDraft } from './draft.ts';
import { listIn, numberAt, objectIn, objectsIn, textAt, textOf, textsIn } from './foreign.ts';
import type { ImportSources, WantedTarget } from './imported.ts';
import { balance, type Deployment, STAND_IN, weighed } from './litellm-balance.ts';
import { readDeployment } from './litellm-deployment.ts';
import { type LeftTable, leaveRest } from './rest.ts';

// https://docs.litellm.ai/docs/proxy/config_settings and https://docs.litellm.ai/docs/router/api_reference/configuration
const TOP: LeftTable = {
  model_list: true,
  router_settings: true,
  litellm_settings: true,
  credential_list: true,
  general_settings: ['settings of the proxy itself: gw has its own', 'gw config schema'],
  environment_variables: [
    'gw takes variables from the shell it is started in',
    'export them, then gw reload',
  ],
  include: ['other files are not followed', 'gw profile import THE-OTHER-FILE --as NAME'],
};
const ROUTER: LeftTable = {
  routing_strategy: true,
  model_group_alias: true,
  fallbacks: true,
  default_fallbacks: true,
  context_window_fallbacks: true,
  content_policy_fallbacks: true,
  num_retries: true,
  allowed_fails: true,
  cooldown_time: true,
  timeout: true,
  stream_timeout: true,
  request_timeout: true,
  enable_pre_call_checks: true,
  retry_after: true,
  max_fallbacks: true,
  drop_params: true,
  set_verbose: true,
  cache: true,
  cache_params: true,
  redis_host: ['gw keeps its state in a file of this machine'],
  redis_port: ['gw keeps its state in a file of this machine'],
  redis_password: ['gw keeps its state in a file of this machine'],
  success_callback: ['gw sends nobody what was asked', 'gw requests, gw why'],
  failure_callback: ['gw sends nobody what was asked', 'gw failovers'],
  callbacks: ['gw sends nobody what was asked', 'gw requests, gw why'],
  retry_policy: ['gw decides by what went wrong, the same for everybody', 'docs/failure-policy.md'],
  allowed_fails_policy: ['gw decides by what went wrong, the same for everybody', 'docs/failure-policy.md'],
  max_budget: ['a budget of the proxy', 'docs/configuration.md'],
};

/** Reads LiteLLM's `config.yaml`: each model group becomes a route, each account a provider. */
export function readLitellm(document: JsonObject, draft: ImportDraft, sources: ImportSources): void {
  const router = { ...objectIn(document, 'litellm_settings'), ...objectIn(document, 'router_settings') };
  const groups = readGroups(document, draft, sources);
  const strategy = textAt(router, 'routing_strategy') ?? 'simple-shuffle';
  const balances = [...groups].filter(([name]) => draft.hasRoute(name));
  const fallbacks = fallbacksOf(router);
  for (const [name, group] of balances) {
    balance(
      draft,
      name,
      group,
      strategy,
      fallbacks.has(name) || listIn(router, 'default_fallbacks').length > 0,
    );
  }
  addFallbacks(draft, router);
  addAliases(draft, router);
  addPolicy(draft, router);
  leaveRest(document, TOP, '', draft);
  leaveRest(objectIn(document, 'router_settings'), ROUTER, 'router_settings', draft);
  leaveRest(objectIn(document, 'litellm_settings'), ROUTER, 'litellm_settings', draft);
  leaveToken(document, draft);
}

function readGroups(
  document: JsonObject,
  draft: ImportDraft,
  sources: ImportSources,
): ReadonlyMap<string, readonly Deployment[]> {
  const groups = new Map<string, Deployment[]>();
  for (const { place, entry } of objectsIn(document, 'model_list')) {
    const name = textAt(entry, 'model_name');
    const found = readDeployment(entry, place, document, draft, sources);
    if (found === undefined) continue;
    if (name === undefined) {
      draft.leave(place, 'it has no model_name');
      continue;
    }
    const list = groups.get(name) ?? [];
    groups.set(name, list);
    list.push({ ...found, place, entry });
  }
  for (const [name, group] of groups) {
    const place = group[0]?.place ?? '';
    if (!name.includes('*')) draft.route(name, weighed(group), place);
    else if (name === '*') addCatchAll(draft, group, place);
    else
      draft.leave(
        `${place}.model_name`,
        'gw asks a provider for any model by its name',
        'ask for PROVIDER/MODEL',
      );
  }
  return groups;
}

/** `*` passes the caller's model along, unless it names one. */
function addCatchAll(draft: ImportDraft, group: readonly Deployment[], place: string): void {
  if (!draft.route('default', group, place)) return;
  draft.unweigh('default');
  draft.match('default', '*', `${place}.model_name`);
}

/** The fallbacks of each group, in the order they are tried: general ones first. */
function fallbacksOf(
  router: JsonObject,
): Map<string, { readonly names: string[]; readonly place: string }[]> {
  const found = new Map<string, { names: string[]; place: string }[]>();
  for (const kind of ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks']) {
    for (const entry of listIn(router, kind)) {
      for (const [name, names] of Object.entries(isObject(entry) ? entry : {})) {
        const list = Array.isArray(names)
          ? names.flatMap((item) => textOf(item) ?? textAt(item, 'model') ?? [])
          : [];
        found.set(name, [...(found.get(name) ?? []), { names: list, place: `router_settings.${kind}` }]);
      }
    }
  }
  return found;
}

function addFallbacks(draft: ImportDraft, router: JsonObject): void {
  const found = fallbacksOf(router);
  const everybody = textsIn(router, 'default_fallbacks');
  const routes = draft.routeNames();
  // Looked up before any is extended: a fallback's own fallbacks are not followed.
  const own = new Map(routes.map((name) => [name, draft.targetsOf(name)]));
  for (const name of new Set([...found.keys(), ...(everybody.length > 0 ? routes : [])])) {
    const route = name === '*' ? 'default' : name;
    for (const { names, place } of [
      ...(found.get(name) ?? []),
      { names: everybody, place: 'router_settings.default_fallbacks' },
    ]) {
      if (names.length === 0) continue;
      if (!own.has(route)) {
        draft.leave(place, `there is no model group ${name}`);
        continue;
      }
      extend(draft, route, names, own, place);
    }
  }
}

function extend(
  draft: ImportDraft,
  route: string,
  names: readonly string[],
  own: ReadonlyMap<string, readonly WantedTarget[]>,
  place: string,
): void {
  const isWeighed = draft.targetsOf(route).some(({ weight }) => weight !== undefined);
  for (const name of names) {
    if (name === route) continue;
    const targets = own.get(name);
    if (targets === undefined) draft.leave(place, `there is no model group ${name}`);
    else
      draft.route(
        route,
        targets.map((target) => ({ ...target, weight: isWeighed ? STAND_IN : undefined })),
        place,
      );
  }
  if (place.endsWith('content_policy_fallbacks')) {
    draft.policy('rerouteBlocked', true, place, route);
    draft.leave(place, `they stand in for ${route} whatever went wrong`, `gw route set ${route} …`);
  }
  if (place.endsWith('context_window_fallbacks')) {
    draft.leave(
      place,
      `they stand in for ${route} whatever went wrong; what a request is too long for is passed over`,
    );
  }
}

function addAliases(draft: ImportDraft, router: JsonObject): void {
  for (const [alias, meant] of Object.entries(objectIn(router, 'model_group_alias'))) {
    const place = `router_settings.model_group_alias.${alias}`;
    const group = textOf(meant) ?? textAt(meant, 'model');
    if (group === undefined || !draft.hasRoute(group)) draft.leave(place, 'it leads to no model group');
    else draft.match(group, alias, place);
    if (field(meant, 'hidden') === true) draft.leave(place, 'gw lists every name that a route answers to');
  }
}

/** Limits are in seconds there. */
function addPolicy(draft: ImportDraft, router: JsonObject): void {
  const retries = numberAt(router, 'num_retries');
  if (retries !== undefined) {
    const place = 'router_settings.num_retries';
    const most = Math.min(10, Math.max(0, Math.round(retries)));
    draft.policy('retries', most, place);
    draft.policy('retriesLast', most, place);
  }
  const timeout = numberAt(router, 'timeout', 'request_timeout');
  if (timeout !== undefined) draft.policy('answerMs', Math.round(timeout * 1000), 'router_settings.timeout');
  const stream = numberAt(router, 'stream_timeout');
  if (stream !== undefined)
    draft.policy('firstContentMs', Math.round(stream * 1000), 'router_settings.stream_timeout');
  const fails = numberAt(router, 'allowed_fails');
  // There the failure after the allowed ones opens it.
  if (fails !== undefined)
    draft.policy('breakerFailures', Math.round(fails) + 1, 'router_settings.allowed_fails');
  const cooldown = numberAt(router, 'cooldown_time');
  if (cooldown !== undefined && cooldown > 0) {
    const ms = Math.round(cooldown * 1000);
    draft.policy('breakerOpenMs', ms, 'router_settings.cooldown_time');
    if (ms > 30_000) draft.policy('breakerOpenCapMs', ms, 'router_settings.cooldown_time');
  }
  addCache(draft, router);
}

function addCache(draft: ImportDraft, router: JsonObject): void {
  if (router['cache'] !== true) return;
  const params = objectIn(router, 'cache_params');
  draft.policy('cache', true, 'litellm_settings.cache');
  const seconds = numberAt(params, 'ttl');
  if (seconds !== undefined)
    draft.policy('cacheTtlMs', Math.round(seconds * 1000), 'litellm_settings.cache_params.ttl');
  const type = textAt(params, 'type');
  if (type !== undefined && type !== 'local') {
    const place = 'litellm_settings.cache_params.type';
    draft.leave(
      place,
      'gw keeps answers in memory and on the disk of this machine, for identical requests',
      'gw cache status',
    );
  }
}

function leaveToken(document: JsonObject, draft: ImportDraft): void {
  if (!isString(objectIn(document, 'general_settings')['master_key'])) return;
  const nearest = 'gw config set listen.token.env NAME';
  draft.leave('general_settings.master_key', 'callers of gw need a key only where you say so', nearest);
}
