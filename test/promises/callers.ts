import { ANSWER, HIDDEN, NEVER, type PromiseRow, row } from './row.ts';

/** When the caller fails, is peculiar, or is one of very many. */
export const CALLERS = {
  'hang-up-aborts': row(
    'When the caller hangs up, in whatever phase, the upstream call ends at once and no other is made.',
    NEVER,
  ),
  'hang-up-recorded': row(
    'A caller that hung up is recorded as client_gone and counts against nobody.',
    HIDDEN,
  ),
  backpressure: row('A slow reader slows the provider down; what waits for it is bounded.', NEVER),
  'slow-request': row('A request that never arrives whole is answered with 408.', 'RFC 9110 section 15.5.9'),
  'huge-request': row('A body over the limit is answered with 413.', 'RFC 9110 section 15.5.14'),
  'bad-request': row(
    'What is not a request (no JSON, TLS, another protocol) gets a helpful 4xx and reaches no provider.',
    'RFC 9112 section 2.2',
  ),
  'retries-respected': row(
    'A caller that says it is retrying gets no same-target retries on top, and final errors say x-should-retry: false.',
    'openai SDK: x-stainless-retry-count, x-should-retry',
  ),
  'sdk-same-error': row(
    "The official SDK throws what it would have thrown at the provider's own answer.",
    'openai SDK: error classes by status',
  ),
  'own-targets': row(
    'A request can name its own order of targets, only from the profile; the names are not forwarded.',
    ANSWER,
  ),
  'loop-refused': row(
    'gw pointed at itself is refused at the first repeat.',
    'RFC 9110 section 15.6.1 (and 508)',
  ),
  'caller-timeout': row(
    'A caller whose SDK says how long it waits gets an answer or an error that says why before it gives up.',
    'openai, @anthropic-ai/sdk and @google/genai: the timeout they send along',
  ),
  'overload-refused': row(
    'A request for which there is no room is refused at once, in its own format, with a time to come back.',
    NEVER,
  ),
  'overload-next': row(
    'A provider that serves only so many at once is passed over while another has room, and waited for when none has.',
    ANSWER,
  ),
  'overload-fair': row(
    'Whoever sends a thousand requests at once does not keep another caller waiting.',
    NEVER,
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
