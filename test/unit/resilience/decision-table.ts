import type { FaultCode } from '../../../src/core/fault.ts';
import type { Policy } from '../../../src/core/policy.ts';
import type { Decision, Position } from '../../../src/resilience/index.ts';

export const FAIL: Decision = { do: 'fail' };

const retry = (afterMs: number): Decision => ({ do: 'retry', afterMs });
const next = (skip: 'target' | 'key' | 'model' | 'provider'): Decision => ({ do: 'next', skip });

/** What must be decided about a fault: while another target remains, and on the last one. */
export interface Row {
  readonly code: FaultCode;
  readonly retryAfterMs?: number;
  readonly at?: Partial<Position>;
  readonly policy?: Partial<Policy>;
  readonly while: Decision;
  readonly last: Decision;
  readonly why: string;
}

// Backoff with chance at one half: 150 ms, then 300 ms. A told wait gets 5 % on top, and a millisecond.
export const ROWS: readonly Row[] = [
  { code: 'bad_request', why: 'nobody can read it', while: FAIL, last: FAIL },
  { code: 'unauthorized', why: 'it is our own door', while: FAIL, last: FAIL },
  { code: 'forbidden_origin', why: 'it is our own door', while: FAIL, last: FAIL },
  { code: 'not_found', why: 'there is no such path', while: FAIL, last: FAIL },
  { code: 'model_unknown', why: 'nobody offers it', while: FAIL, last: FAIL },
  { code: 'request_timeout', why: 'the request is not here', while: FAIL, last: FAIL },
  { code: 'too_large', why: 'the request is not here', while: FAIL, last: FAIL },
  { code: 'unsupported_media', why: 'the request cannot be read', while: FAIL, last: FAIL },
  { code: 'client_gone', why: 'nobody is listening', while: FAIL, last: FAIL },
  { code: 'loop_detected', why: 'it would come back', while: next('provider'), last: FAIL },
  { code: 'upstream_rejected', why: 'every target would say so', while: FAIL, last: FAIL },
  { code: 'exhausted', why: 'nothing is left', while: FAIL, last: FAIL },
  { code: 'internal', why: 'it is our own bug', while: FAIL, last: FAIL },
  { code: 'stream_broken', why: 'content was delivered', while: FAIL, last: FAIL },

  { code: 'untranslatable', why: 'another model may express it', while: next('model'), last: FAIL },
  { code: 'not_kept', why: 'it was not to be asked for', while: FAIL, last: FAIL },
  { code: 'not_recorded', why: 'a cassette has no other target', while: FAIL, last: FAIL },
  { code: 'over_budget', why: 'every target costs money', while: FAIL, last: FAIL },
  { code: 'too_many_requests', why: 'it is the limit of the profile', while: FAIL, last: FAIL },
  { code: 'not_continued', why: 'another model may go on', while: next('model'), last: FAIL },
  { code: 'state_refused', why: 'another model may not mind', while: next('model'), last: FAIL },
  { code: 'context_overflow', why: 'another model may be larger', while: next('model'), last: FAIL },
  { code: 'upstream_model_missing', why: 'no key helps', while: next('model'), last: FAIL },
  {
    code: 'offline',
    why: 'nothing that is far away can be reached, and what is local may serve',
    while: next('target'),
    last: FAIL,
  },
  { code: 'busy', why: 'others may have room', while: next('provider'), last: FAIL },
  { code: 'breaker_open', why: 'it was not tried', while: next('target'), last: FAIL },
  { code: 'upstream_refused_key', why: 'another key may do', while: next('key'), last: FAIL },
  { code: 'upstream_out_of_credit', why: 'another key may do', while: next('key'), last: FAIL },
  {
    code: 'upstream_out_of_credit',
    retryAfterMs: 10,
    why: 'its wait is of a limit',
    while: next('key'),
    last: FAIL,
  },

  { code: 'upstream_timeout', why: 'the caller waited once already', while: next('model'), last: FAIL },
  { code: 'upstream_timeout', retryAfterMs: 0, why: 'whatever it says', while: next('model'), last: FAIL },

  {
    code: 'upstream_unreachable',
    why: 'the last one may be back at once',
    while: next('provider'),
    last: retry(150),
  },
  {
    code: 'upstream_garbled',
    why: 'an empty answer may be a passing one',
    while: next('model'),
    last: retry(150),
  },

  { code: 'upstream_overloaded', why: 'it may be passing', while: retry(150), last: retry(150) },
  {
    code: 'upstream_overloaded',
    at: { retriesHere: 1 },
    why: 'once, twice on the last',
    while: next('model'),
    last: retry(300),
  },
  {
    code: 'upstream_overloaded',
    at: { retriesHere: 2 },
    why: 'that was enough',
    while: next('model'),
    last: FAIL,
  },
  {
    code: 'upstream_overloaded',
    at: { callerRetries: 1 },
    why: 'the caller retries',
    while: next('model'),
    last: FAIL,
  },
  {
    code: 'upstream_overloaded',
    at: { budgetAllows: false },
    why: 'it is a storm',
    while: next('model'),
    last: FAIL,
  },
  {
    code: 'upstream_overloaded',
    at: { remainingMs: 150 },
    why: 'no time is left',
    while: next('model'),
    last: FAIL,
  },
  {
    code: 'upstream_overloaded',
    at: { remainingMs: 151 },
    why: 'there is just time',
    while: retry(150),
    last: retry(150),
  },
  {
    code: 'upstream_overloaded',
    retryAfterMs: 2000,
    why: 'it said when',
    while: retry(2101),
    last: retry(2101),
  },
  {
    code: 'upstream_overloaded',
    retryAfterMs: 20,
    why: 'at least the backoff',
    while: retry(150),
    last: retry(150),
  },
  {
    code: 'upstream_overloaded',
    retryAfterMs: 30_000,
    why: 'too long to wait',
    while: next('model'),
    last: FAIL,
  },
  {
    code: 'upstream_overloaded',
    policy: { retries: 0, retriesLast: 0 },
    why: 'the policy says so',
    while: next('model'),
    last: FAIL,
  },

  {
    code: 'upstream_rate_limited',
    why: 'a guess is worth less than another target',
    while: next('target'),
    last: retry(150),
  },
  {
    code: 'upstream_rate_limited',
    retryAfterMs: 3000,
    why: 'short enough to keep the cache',
    while: retry(3151),
    last: retry(3151),
  },
  {
    code: 'upstream_rate_limited',
    retryAfterMs: 3001,
    why: 'another serves sooner',
    while: next('target'),
    last: retry(3152.05),
  },
  {
    code: 'upstream_rate_limited',
    retryAfterMs: 10_000,
    why: 'the last waits longer',
    while: next('target'),
    last: retry(10_501),
  },
  {
    code: 'upstream_rate_limited',
    retryAfterMs: 10_001,
    why: 'not even the last',
    while: next('target'),
    last: FAIL,
  },
  {
    code: 'upstream_rate_limited',
    retryAfterMs: 0,
    why: 'at once, but not all at once',
    while: retry(150),
    last: retry(150),
  },
  {
    code: 'upstream_rate_limited',
    retryAfterMs: 2000,
    at: { remainingMs: 2000 },
    why: 'it ends too late',
    while: next('target'),
    last: FAIL,
  },
  {
    code: 'upstream_rate_limited',
    retryAfterMs: 100,
    at: { callerRetries: 2 },
    why: 'the caller retries',
    while: next('target'),
    last: FAIL,
  },
  {
    code: 'upstream_rate_limited',
    retryAfterMs: 100,
    at: { retriesHere: 1 },
    why: 'limited again',
    while: next('target'),
    last: retry(300),
  },
  {
    code: 'upstream_rate_limited',
    retryAfterMs: 5000,
    policy: { waitMs: 6000 },
    why: 'the policy says so',
    while: retry(5251),
    last: retry(5251),
  },

  { code: 'content_blocked', why: 'a policy is not routed around', while: FAIL, last: FAIL },
  {
    code: 'content_blocked',
    policy: { rerouteBlocked: true },
    why: 'unless told to',
    while: next('provider'),
    last: FAIL,
  },
];
