import { fault } from '../../core/fault.ts';
import type { Profile } from '../../core/profile.ts';
import { isGlob } from '../../lib/glob.ts';
import type { LocalAnswer } from '../arrival/recognise.ts';
import type { Exchange } from '../exchange.ts';
import type { ModelLists } from '../models/model-lists.ts';
import { describeModel, listModels, type ModelListShape } from '../models/model-shapes.ts';
import { type Reply, refused } from '../reply.ts';
import type { Stage } from '../stage.ts';

/** Answers what no provider needs to see: probes, the model list, agents' telemetry, paths that are nothing. */
export function answerLocally(ports: LocalPorts): Stage {
  return (next) => (exchange) =>
    exchange.recognised.is === 'operation' ? next(exchange) : localReply(exchange, ports);
}

/** What such answers are made from. */
interface LocalPorts {
  readonly version: string;
  readonly lists: ModelLists;
  readonly metricsPage?: () => Promise<string>;
}

async function localReply(exchange: Exchange, ports: LocalPorts): Promise<Reply> {
  const { recognised } = exchange;
  if (recognised.is === 'local') {
    exchange.request.resume();
    return answer(exchange, recognised.answer, ports);
  }
  return refused(fault('not_found', `there is nothing at ${recognised.path}; ${WHERE}`));
}

const WHERE =
  'gw serves /v1/chat/completions, /v1/responses, /v1/messages and /v1beta/models/{model}:generateContent';

function answer(exchange: Exchange, wanted: LocalAnswer, ports: LocalPorts): Reply | Promise<Reply> {
  const { version, lists } = ports;
  switch (wanted) {
    case 'hello':
      return json(200, { name: 'gw', version, openai: '/v1', anthropic: '/', gemini: '/v1beta' });
    case 'telemetry':
      return { is: 'answer', status: 204, headers: [], body: Buffer.alloc(0) };
    case 'models':
      lists.refreshWhenOld(exchange.fleet);
      return json(200, listModels(shapeFor(exchange), modelNames(exchange.fleet.profile, lists)));
    case 'model':
      return oneModel(exchange);
    case 'metrics':
      return metrics(exchange, ports);
  }
}

async function metrics({ fleet }: Exchange, { metricsPage }: LocalPorts): Promise<Reply> {
  if (!fleet.settings.metrics.port || !metricsPage) {
    return refused(
      fault('not_found', 'metrics are not told here; have them told with: gw config set metrics.port true'),
    );
  }
  // The exposition format's own media type.
  const type = 'text/plain; version=0.0.4; charset=utf-8';
  return {
    is: 'answer',
    status: 200,
    headers: ['content-type', type],
    body: Buffer.from(await metricsPage()),
  };
}

/** Codex asks with its version in the query and wants a shape of its own; the others are told apart by their headers. */
function shapeFor({ format, request }: Exchange): ModelListShape {
  const query = (request.url ?? '').split('?', 2)[1] ?? '';
  return new URLSearchParams(query).has('client_version') ? 'codex' : format.name;
}

function oneModel(exchange: Exchange): Reply {
  const name = decoded(exchange.recognised.path.slice('/models/'.length));
  if (exchange.fleet.planFor(name)) return json(200, describeModel(exchange.format.name, name));
  return refused(fault('model_unknown', `no route or provider offers the model "${name}"`));
}

/** Callers write what they like after a percent sign; what does not decode is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Every name a caller may ask for: routes, exact matches, targets, and what the providers have. */
function modelNames(profile: Profile, lists: ModelLists): string[] {
  const names = new Set<string>();
  for (const route of profile.routes) {
    if (!route.match.includes('*')) names.add(route.name);
    for (const pattern of route.match) if (!isGlob(pattern)) names.add(pattern);
    for (const target of route.targets) if (target.model !== undefined) names.add(target.model);
  }
  for (const provider of profile.providers) {
    if (!provider.enabled) continue;
    const known = provider.models.length > 0 ? provider.models : lists.names(provider.name);
    for (const model of known) names.add(model);
  }
  return [...names];
}

function json(status: number, value: unknown): Reply {
  return {
    is: 'answer',
    status,
    headers: ['content-type', 'application/json'],
    body: Buffer.from(JSON.stringify(value)),
  };
}
