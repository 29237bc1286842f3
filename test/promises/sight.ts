import { HIDDEN, NEVER, type PromiseRow, row } from './row.ts';

/** What people and their tools see. */
export const SIGHT = {
  'why-tells': row('gw why tells plan, skips, attempts, waits and who served, for every exchange.', HIDDEN),
  'cost-told': row(
    'What a request cost is told, of failed attempts too; where a price or the tokens are unknown there is no figure.',
    HIDDEN,
  ),
  'price-waits': row('No caller waits for the price of an answer to be looked up.', NEVER),
  'headers-tell': row(
    'Every answer says which provider and model served it, after how many attempts.',
    HIDDEN,
  ),
  'demo-serves': row('The demo shows outages of which the caller sees none.', 'README'),
  'simulated-outage-is-real': row(
    'A simulated outage takes the same attempts, and the same decisions after them, as the real one.',
    HIDDEN,
  ),
  'metrics-bounded': row(
    'However many clients and models are named, metrics have a bounded number of series, and are read by Prometheus.',
    'docs/observability.md',
  ),
  'traces-without-content': row(
    'What goes to an OpenTelemetry collector has nothing of requests and answers in it, and no key.',
    'docs/observability.md',
  ),
  'collector-down': row(
    'A collector that is down costs callers nothing: what it misses is bounded, counted and told.',
    NEVER,
  ),
  'trace-context': row(
    "A caller's trace context reaches the provider byte for byte, and only with traces on is an attempt put in between.",
    'W3C Trace Context',
  ),
  'cassette-no-secret': row(
    'A cassette has no credential in it, in whatever place or encoding it came, nor accounts and mail addresses that have the shape of such.',
    'docs/cassettes.md',
  ),
  'cassette-replays': row(
    'A cassette gives again what the caller got, byte for byte but for what is hidden, failures included.',
    'docs/cassettes.md',
  ),
  'cassette-miss-told': row(
    "What a cassette has no answer to is refused as not_recorded in the caller's own format, with what differs and what to type.",
    'docs/cassettes.md',
  ),
  'cassette-kept': row(
    'A cassette that is to be overwritten stays until something is recorded in its place; what is no cassette is never overwritten.',
    'docs/cassettes.md',
  ),
  'recording-told': row(
    'While a recording runs, the status says whose requests it takes, and how many it took.',
    'docs/cassettes.md',
  ),
  'observe-unloaded': row(
    'With OpenTelemetry off and nobody asking for metrics, nothing of either is loaded.',
    'docs/observability.md',
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
