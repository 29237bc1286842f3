import { ANSWER, HIDDEN, NEVER, type PromiseRow, row } from './row.ts';

/** What happens when a provider fails before it has content. */
export const UPSTREAM = {
  'refused-next': row('A refused connection is answered by the next target at once.', ANSWER),
  'black-hole-next': row(
    'A target that never accepts is given up at the connect limit; the next one serves.',
    ANSWER,
  ),
  'dns-next': row('A host name that does not resolve is answered by the next target.', ANSWER),
  'tls-next': row(
    'A failed TLS handshake is answered by the next target, and no byte of a key was sent.',
    NEVER,
  ),
  'reset-before-content': row(
    'A connection that breaks before the first content is invisible to the caller: another target serves.',
    ANSWER,
  ),
  'stall-cut': row(
    'A stall before the headers, before the first content or between events ends at its limit, with the right error, and the upstream socket is closed.',
    ANSWER,
  ),
  'dead-socket-retry': row(
    'A reset on a reused connection is retried once on a new one.',
    'RFC 9110 section 9.2.2, RFC 9112 section 9.3.1',
  ),
  'garbled-next': row(
    'HTML in a 200, an empty 200 and an error inside a 200 are faults, and the next target serves.',
    ANSWER,
  ),
  'malformed-event-skipped': row(
    'A malformed event in a healthy stream is left out and counted.',
    'openai SDK: throws on one bad line',
  ),
  'junk-usage': row(
    'Nonsense in a usage object never gives a negative, infinite or missing number of tokens.',
    HIDDEN,
  ),
  'bomb-bounded': row('Endless headers and compressed bombs are cut off with bounded memory.', NEVER),
  'redirect-not-followed': row(
    'A redirect is never followed: no key and no body reaches another server.',
    NEVER,
  ),
  'rejected-told': row(
    'A request that the provider rejects as wrong is told to the caller and tried nowhere else.',
    HIDDEN,
  ),
  'blocked-told': row(
    "A refusal by a provider's content policy is told to the caller and not routed around.",
    HIDDEN,
  ),
  'model-missing-next': row('A model that is retired at one provider is served by the next target.', ANSWER),
  'limit-learned': row(
    'The limit on the first content is learned from what a model needs, and cannot make itself shorter by cutting off.',
    ANSWER,
  ),
  'limit-length': row(
    'A whole answer that may be only so long is late when its first content and so many tokens would have been.',
    ANSWER,
  ),
  'doubt-silent': row(
    'A whole answer of any length is late when a stream would have been, where its target answers no question for one token either.',
    ANSWER,
  ),
  'doubt-alive': row(
    'A whole answer that is long in coming is waited for while its target still answers anybody.',
    HIDDEN,
  ),
  'doubt-not': row(
    'No question is asked where it costs what nobody allowed, or tells nothing: own models, own limits, the caller’s key.',
    NEVER,
  ),
  'exhausted-tells': row(
    "When nobody could serve, the first target's status and body are passed on and every attempt is named.",
    HIDDEN,
  ),
  'all-down-recovers': row(
    'After all targets were down, the first one back serves the next request.',
    ANSWER,
  ),
  'key-rotates': row(
    'A limited or refused key is left alone and another key of the provider is used.',
    ANSWER,
  ),
  'retry-after-obeyed': row(
    'Retry-After is obeyed in every spelling: seconds, date, milliseconds; nonsense is ignored.',
    'RFC 9110 section 10.2.3',
  ),
  'retry-after-capped': row(
    'A caller is never told to wait for more than a minute; the true time stands in x-gw-retry-at.',
    'openai SDK: sleeps for as long as it is told',
  ),
  'overload-bounded': row(
    'While a target answers 5xx, retries stay within the budget and no request calls one target more than three times.',
    'Google SRE book, chapter 21: retry budgets',
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
