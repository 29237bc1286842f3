import { createHash, type Hash } from 'node:crypto';

import { OPERATIONS } from '../../core/operation.ts';
import { targetName } from '../../core/target.ts';
import { askedPath, type Exchange } from '../exchange.ts';
import type { CompiledPlan } from '../fleet.ts';

/** Changes when the key is made from other things, so that no answer is found under a key that means something else. */
const KEY_VERSION = '1';

/**
 * Request headers that change what a model answers: versions and previews of an API, and whose account is meant where
 * the caller says so itself. Any other says who called, or which call it was.
 */
const TELLING = /^(?:anthropic-|openai-|x-goog-user-project$)/;

/** Fields of the Responses API that make a request part of something its provider keeps, or has it answered later. */
const KEPT_ELSEWHERE = ['"conversation"', '"background"'] as const;

/**
 * Whether an identical request would ask for the same: it leaves nothing behind, goes on from nothing that a provider
 * keeps, and is no rehearsal.
 */
export function isRepeatable({ operation, headers, envelope, format, body, request }: Exchange): boolean {
  const { stateless, body: kind } = OPERATIONS[operation];
  if (!stateless || kind !== 'json' || request.method !== 'POST' || headers.drill !== undefined) return false;
  if (envelope === undefined || envelope.pinned !== undefined) return false;
  return format.name !== 'openai-responses' || !KEPT_ELSEWHERE.some((field) => body.includes(field));
}

/**
 * What makes two requests the same: who asks (the very credentials), what for (format, operation, path and query), the
 * bytes of the body, and which targets may answer. A stream and a whole answer differ in the body or the path, so they
 * never meet. A digest: neither the request nor a credential can be read from it.
 */
export function requestKey(exchange: Exchange, plan: CompiledPlan): string {
  const hash = createHash('sha256');
  const { format, operation, body, fleet } = exchange;
  for (const part of [KEY_VERSION, fleet.profile.name, format.name, operation, askedPath(exchange)])
    add(hash, part);
  addCaller(hash, exchange);
  addPlan(hash, plan);
  hash.update(body);
  return hash.digest('base64url');
}

function addCaller(hash: Hash, { headers, request }: Exchange): void {
  add(hash, headers.authorization ?? '');
  add(hash, headers.apiKey ?? '');
  const url = request.url ?? '';
  const query = url.indexOf('?');
  add(hash, query === -1 ? '' : (new URLSearchParams(url.slice(query)).get('key') ?? ''));
  const { forwarded } = headers;
  for (let i = 0; i + 1 < forwarded.length; i += 2) {
    const name = (forwarded[i] ?? '').toLowerCase();
    if (TELLING.test(name)) add(hash, `${name}: ${forwarded[i + 1] ?? ''}`);
  }
}

/** Another order of targets, another address, another policy towards what they cannot be told: another answer. */
function addPlan(hash: Hash, { route, steps, policy }: CompiledPlan): void {
  add(hash, route);
  add(hash, `${policy.losses} ${policy.rerouteBlocked}`);
  for (const { target, provider } of steps)
    add(hash, `${targetName(target)} ${provider.format} ${provider.url}`);
  add(hash, '');
}

/** The length keeps parts apart that could be read as one. */
function add(hash: Hash, part: string): void {
  hash.update(`${part.length}:${part}\n`);
}
