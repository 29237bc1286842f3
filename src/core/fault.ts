import type { NetworkSign } from './network.ts';
import type { FormatName } from './operation.ts';

/**
 * Everything that can go wrong with an exchange, in one table.
 *
 * - `status`: what the caller is told when this is the end of the story.
 * - `remedy`: what it calls for. `fail`: no other target would do better. `retry`: wait and ask the same target again,
 *   within the budget. `next`: another target may serve. `open`: another target, and leave this one alone until
 *   something changes.
 * - `scope`: what is at fault, so what another attempt must not share: the `request`, the `key`, the `model` at that
 *   provider, or the whole `provider`.
 * - `health`: whether it counts against the target: `failure` trips breakers, `neutral` does not.
 */
export const FAULTS = {
  bad_request: row(400, 'fail', 'request', 'neutral', 'the request cannot be read'),
  unauthorized: row(401, 'fail', 'request', 'neutral', 'the local token is missing or wrong'),
  forbidden_origin: row(403, 'fail', 'request', 'neutral', 'this Host or Origin may not use the proxy'),
  not_found: row(404, 'fail', 'request', 'neutral', 'there is nothing at this path'),
  model_unknown: row(404, 'fail', 'request', 'neutral', 'no route or provider offers this model'),
  request_timeout: row(408, 'fail', 'request', 'neutral', 'the request did not arrive in time'),
  too_large: row(413, 'fail', 'request', 'neutral', 'the request body is over the limit'),
  unsupported_media: row(415, 'fail', 'request', 'neutral', 'the content type is not one this path takes'),
  untranslatable: row(422, 'next', 'model', 'neutral', 'the target cannot express this request'),
  client_gone: row(499, 'fail', 'request', 'neutral', 'the caller hung up'),
  loop_detected: row(508, 'next', 'provider', 'neutral', 'the request already passed through this gw'),
  upstream_unreachable: row(502, 'next', 'provider', 'failure', 'the provider could not be reached'),
  upstream_timeout: row(504, 'next', 'model', 'failure', 'the provider did not answer in time'),
  upstream_overloaded: row(503, 'retry', 'model', 'failure', 'the provider is overloaded or failing'),
  upstream_rate_limited: row(429, 'retry', 'key', 'neutral', 'the provider limits the rate of this key'),
  upstream_refused_key: row(401, 'open', 'key', 'neutral', 'the provider refuses this key'),
  upstream_out_of_credit: row(402, 'open', 'key', 'neutral', 'the account behind this key is out of credit'),
  upstream_model_missing: row(404, 'next', 'model', 'neutral', 'the provider does not have this model'),
  upstream_rejected: row(400, 'fail', 'request', 'neutral', 'the provider rejects the request as wrong'),
  state_refused: row(
    400,
    'next',
    'model',
    'neutral',
    'the provider refuses earlier thoughts that it did not give itself',
  ),
  context_overflow: row(400, 'next', 'model', 'neutral', "the request exceeds the model's context window"),
  content_blocked: row(400, 'fail', 'request', 'neutral', "the provider's policy blocks the content"),
  upstream_garbled: row(502, 'next', 'model', 'failure', 'the answer is not in the format it should be'),
  stream_broken: row(
    502,
    'fail',
    'model',
    'failure',
    'the answer broke off after its first part was delivered',
  ),
  busy: row(503, 'next', 'provider', 'neutral', 'as many requests are under way as may be at once'),
  not_continued: row(
    502,
    'next',
    'model',
    'neutral',
    'the model would not go on from where the answer broke off',
  ),
  over_budget: row(402, 'fail', 'request', 'neutral', 'a budget of the profile is used up'),
  too_many_requests: row(429, 'fail', 'request', 'neutral', 'a limit of the profile on requests per minute'),
  breaker_open: row(503, 'next', 'model', 'neutral', 'the target is being left alone for now'),
  // Nobody's target is at fault, so it counts for no target, and local ones may still serve.
  offline: row(503, 'next', 'request', 'neutral', 'this computer is offline'),
  not_kept: row(504, 'fail', 'request', 'neutral', 'the caller wants a kept answer, and none is kept'),
  not_recorded: row(501, 'fail', 'request', 'neutral', 'the cassette has no answer to this request'),
  exhausted: row(503, 'fail', 'request', 'neutral', 'every target was tried and none could serve'),
  internal: row(500, 'fail', 'request', 'neutral', 'gw itself failed'),
} as const satisfies Readonly<Record<string, FaultRow>>;

export type FaultCode = keyof typeof FAULTS;
export type Remedy = 'fail' | 'retry' | 'next' | 'open';
export type FaultScope = 'request' | 'key' | 'model' | 'provider';

export interface FaultRow {
  readonly status: number;
  readonly remedy: Remedy;
  readonly scope: FaultScope;
  readonly health: 'failure' | 'neutral';
  readonly sentence: string;
}

/** One thing that went wrong, with what is known about it. */
export interface Fault {
  readonly code: FaultCode;
  /** One sentence of detail, safe to show: no credential, no request content. */
  readonly message: string;
  /** What the provider answered, when it answered. */
  readonly upstream?: UpstreamAnswer;
  /** `gw chaos` made it on purpose. */
  readonly injected?: true;
  /** Its caller waited less long than gw would have: it says nothing of the target. */
  readonly impatient?: true;
  /** It was gw's translation that the provider rejected, so another target may take the request. */
  readonly elsewhere?: true;
  /** It may be the own network that is at fault, and this is what speaks for it. */
  readonly sign?: NetworkSign;
  /** How long the provider asked to be left alone, in milliseconds from `Fault` creation. */
  readonly retryAfterMs?: number;
}

/** A provider's refusal, kept to be relayed when the chain is exhausted. */
export interface UpstreamAnswer {
  /** What the provider was spoken to in; undefined: the caller's own format. */
  readonly format?: FormatName;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** Makes a fault; the table's own sentence stands in when there is nothing more precise to say. */
export function fault(code: FaultCode, message?: string, more: Omit<Fault, 'code' | 'message'> = {}): Fault {
  return { code, message: message ?? FAULTS[code].sentence, ...more };
}

function row(
  status: number,
  remedy: Remedy,
  scope: FaultScope,
  health: FaultRow['health'],
  sentence: string,
): FaultRow {
  return { status, remedy, scope, health, sentence };
}
