/** What gw promises, as data. A test that shows one carries `[promise:<id>]` in its name or in a comment. */
export interface PromiseRow {
  /** What happens, as somebody outside would see it. */
  readonly behaviour: string;
  /** Where the promise comes from: one of the three on the front page, a standard, or a client's own behaviour. */
  readonly source: string;
}

const ANSWER = 'README: the caller gets an answer';
const HIDDEN = 'README: nothing is hidden';
const NEVER = 'README: gw is never the problem';
const BUDGETS = 'docs/budgets.md: what may be spent';
const BALANCE = 'docs/balance.md: who is asked first';

/** Promises for the OpenAI chat format, by id. */
export const PROMISES = {
  // The provider fails.
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
  'media-elsewhere': row(
    'Pictures, sound and transcripts come from another format’s provider as they were asked for, or not from it.',
    ANSWER,
  ),
  'state-own-conversation': row(
    'No conversation gets the signature of another, though the ids of calls repeat.',
    NEVER,
  ),
  'lost-picture-said': row(
    'A picture that the caller’s format has no place for is reported as lost.',
    HIDDEN,
  ),
  'limits-retold': row('A provider’s rate limits are told in the words the caller’s library reads.', HIDDEN),
  'cut-continued': row(
    'An answer that breaks off is finished by another target: one stream with one id, one end and no word twice.',
    'DESIGN section 6: a cut stream',
  ),
  'cut-told': row(
    'An answer that breaks off and cannot be continued ends in an error and a broken connection, never in a tidy end.',
    NEVER,
  ),
  'stall-cut': row(
    'A stall before the headers, before the first content or between events ends at its limit, with the right error, and the upstream socket is closed.',
    ANSWER,
  ),
  'reset-before-content': row(
    'A connection that breaks before the first content is invisible to the caller: another target serves.',
    ANSWER,
  ),
  'reset-after-content': row(
    'A stream that breaks after content was delivered ends in an explicit error, never as if complete.',
    HIDDEN,
  ),
  'reset-after-end': row('A connection that breaks after the terminal event is a success.', ANSWER),
  'truncation-never-success': row(
    'An answer without its terminal event is never recorded or delivered as complete.',
    HIDDEN,
  ),
  'overload-bounded': row(
    'While a target answers 5xx, retries stay within the budget and no request calls one target more than three times.',
    'Google SRE book, chapter 21: retry budgets',
  ),
  'retry-after-obeyed': row(
    'Retry-After is obeyed in every spelling: seconds, date, milliseconds; nonsense is ignored.',
    'RFC 9110 section 10.2.3',
  ),
  'retry-after-capped': row(
    'A caller is never told to wait for more than a minute; the true time stands in x-gw-retry-at.',
    'openai SDK: sleeps for as long as it is told',
  ),
  'key-rotates': row(
    'A limited or refused key is left alone and another key of the provider is used.',
    ANSWER,
  ),
  'out-of-credit-opens': row('An account without credit is left alone until something changes.', ANSWER),
  'breaker-opens': row(
    'A target that keeps failing is no longer tried after three failures.',
    'M. Nygard, Release It!: circuit breaker',
  ),
  'breaker-half-open': row(
    'A recovering target gets one trial request at a time, whatever the load.',
    'M. Nygard, Release It!: circuit breaker',
  ),
  'health-kept': row(
    'Who is left alone, why and until when outlives a restart and kill -9; a key or address that changed is not blamed, and a clock that jumped bans nobody for more than a day.',
    NEVER,
  ),
  'probe-closes': row(
    'Whether a target that is left alone is back is found out without a caller, one look at a time, and what is well is never asked.',
    ANSWER,
  ),
  'breaker-neutral': row("The caller's own errors and hang-ups never open a breaker.", NEVER),
  'offline-blames-nobody': row(
    'While this computer is offline no breaker opens, no incident begins, and what failed before that was known is taken back.',
    NEVER,
  ),
  'offline-local': row('While this computer is offline, local targets serve.', ANSWER),
  'offline-told': row(
    'While this computer is offline and nothing local is left, the caller is told so at once, in its own format, and that it may try again in two seconds.',
    HIDDEN,
  ),
  'offline-back': row('Work goes on within two seconds of the network being back.', ANSWER),
  'offline-one-host': row(
    "One provider whose name does not resolve while others can be reached is that provider's failure.",
    HIDDEN,
  ),
  'offline-private': row(
    'Whether this computer is offline is found out without asking anybody who is not in the profile, and nobody at all while providers answer.',
    NEVER,
  ),
  'offline-portal': row(
    'A captive portal that answers in the place of several providers is told apart from them.',
    NEVER,
  ),
  sleep: row(
    'After this computer slept the first request is served, and nothing that was under way opens a breaker.',
    NEVER,
  ),
  'breaker-never-refuses': row(
    'When every breaker is open, the target that would be back first is tried.',
    ANSWER,
  ),
  'all-down-recovers': row(
    'After all targets were down, the first one back serves the next request.',
    ANSWER,
  ),
  'exhausted-tells': row(
    "When nobody could serve, the first target's status and body are passed on and every attempt is named.",
    HIDDEN,
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

  // The caller fails, or is peculiar.
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
  'same-bytes': row('Bodies pass unchanged in both directions but for the model name.', NEVER),
  'held-opening': row(
    'A failed target leaves no byte in the answer: opening frames wait for the first content.',
    ANSWER,
  ),
  'usage-stripped': row(
    'Usage that gw asked for itself is recorded and taken out again.',
    'openai SDK: an extra chunk without choices',
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

  // The machine and the process.
  'kill-9': row('After kill -9 the next start works and no row that was on disk is lost.', NEVER),
  'one-daemon': row('Many starts at once give one daemon.', NEVER),
  'port-owner': row('A busy port is an error that names its owner.', HIDDEN),
  drain: row('stop lets streams finish; one that cannot ends in an error event.', NEVER),
  'reload-keeps': row(
    'reload drops no request, and running ones finish on the profile they began with.',
    NEVER,
  ),
  'log-trouble': row(
    'A full, read-only, locked or corrupt request log never fails a request, is shown, and is set aside rather than deleted.',
    NEVER,
  ),
  'ready-answered': row('start returns when the daemon has answered, or says why it could not.', HIDDEN),
  'sleep-wake': row('After the machine slept the first request works and no breaker opens.', NEVER),

  // The profile.
  'config-errors': row(
    'An error in the profile names file, place, what was expected and the nearest known name.',
    HIDDEN,
  ),
  'config-no-partial': row(
    'A wrong profile is never applied in part, and a running daemon keeps the old one.',
    NEVER,
  ),
  'config-private': row(
    'The profile is readable by its owner only, and keys pasted into wrong fields are not printed.',
    NEVER,
  ),

  // Attacks.
  'browser-refused': row(
    'A foreign Host or Origin gets 403 before any work, and no CORS header ever.',
    'Fetch standard: CORS; DNS rebinding',
  ),
  'control-private': row('The control socket is private to its user and cannot be reached over TCP.', NEVER),
  'loopback-only': row('Listening beyond this machine needs a token.', NEVER),
  'no-bodies-unasked': row(
    'What was asked and answered is written down only where that is asked for, and without credentials.',
    NEVER,
  ),
  'no-secret-leaks': row(
    'No key appears in a log, the database, an error, the dashboard or a command.',
    NEVER,
  ),
  'terminal-safe': row(
    'Text from elsewhere cannot send control sequences to the terminal.',
    'CVE-2021-42574; terminal escapes',
  ),
  'files-private': row(
    'Files are created 0600 and directories 0700 whatever the umask, and links are refused.',
    NEVER,
  ),
  'base-url-fixed': row('No caller can choose an address or key to send to.', NEVER),
  'caller-key-kept': row(
    "The caller's own key is not forwarded unless the provider says passthrough.",
    NEVER,
  ),

  'limit-learned': row(
    'The limit on the first content is learned from what a model needs, and cannot make itself shorter by cutting off.',
    ANSWER,
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
  'starved-no-trip': row(
    'That gw itself stood still is held against no provider: no breaker opens for it.',
    NEVER,
  ),
  'caller-timeout': row(
    'A caller whose SDK says how long it waits gets an answer or an error that says why before it gives up.',
    'openai, @anthropic-ai/sdk and @google/genai: the timeout they send along',
  ),

  // What people see.
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
  'chaos-marked': row(
    'What gw chaos does to an attempt is met by the real policy, marked everywhere, and held against nobody.',
    HIDDEN,
  ),
  'chaos-ends': row(
    'Chaos ends by itself, by hand or with the daemon, and what it did to breakers and keys ends with it.',
    NEVER,
  ),

  // Answers that are kept or shared.
  'cache-replays': row(
    'A kept answer is given again byte for byte, streams as streams, and nobody is asked.',
    NEVER,
  ),
  'cache-per-caller': row(
    'An answer is never given to another caller, route, path or body than the one it was given to.',
    NEVER,
  ),
  'cache-whole-only': row(
    'Nothing is kept that failed, was cut, blocked or garbled, or was put together from two answers.',
    HIDDEN,
  ),
  'cache-disk-faults': row(
    'A damaged, locked or full disk costs kept answers, never a request; it is said in the status.',
    NEVER,
  ),
  'stale-if-error': row(
    'Where it is asked for, the last good identical answer stands in when every target failed, and says that it is old.',
    ANSWER,
  ),
  'stale-no-tools': row('An old answer that calls tools stands in only where that is asked for.', NEVER),
  'hedge-first-wins': row(
    'Where it is asked for, a target that is late is raced by the next one, and the caller gets one whole answer of whoever has content first.',
    ANSWER,
  ),
  'hedge-loser-ended': row(
    'Who loses a race has its connection closed at once, and what it took is booked; when the caller leaves, both are ended.',
    NEVER,
  ),
  'hedge-quiet': row(
    'When one of two racing targets fails before it has content, the other is waited for, and no third is asked.',
    ANSWER,
  ),
  'hedge-capped': row(
    "Of a target's requests of an hour no more than the set share is asked for twice, weighed by price.",
    NEVER,
  ),
  'coalesce-one-call': row(
    'Identical requests at the same time share one call where that is asked for, and each caller gets all of it.',
    ANSWER,
  ),
  'coalesce-leader-leaves': row(
    'A shared call goes on while anybody waits for it, and ends with the last who does.',
    ANSWER,
  ),
  'coalesce-slow-follower': row(
    'A caller that does not read holds up none of those it shares a call with, and is told when it is left behind.',
    NEVER,
  ),

  // Who is asked first.
  'weights-honoured': row(
    'Targets that take turns get exactly their weight of them, and none is left without.',
    BALANCE,
  ),
  'balance-fails-over': row('Whoever is not asked first stands in for who is.', ANSWER),
  'latency-explored': row(
    'The fastest target is preferred, and one that was slow once is found again when it has recovered.',
    BALANCE,
  ),
  'conversation-stays': row('A conversation stays with the target that served it.', BALANCE),
  'conversation-weighed': row(
    'A conversation that failed over goes back when a cold prompt is cheap, and what was weighed is told.',
    HIDDEN,
  ),
  'limits-foreseen': row(
    'No request is sent to a key whose provider said it has nothing left, while another key or target has.',
    ANSWER,
  ),
  // What may be spent.
  'budget-bounded': row(
    'However many requests run at once, a budget is overdrawn by no more than the last of them and what estimates were too low.',
    BUDGETS,
  ),
  'budget-refuses': row(
    'A request over a budget that blocks is refused in its own format, naming the budget and what raises it, and no library asks again.',
    BUDGETS,
  ),
  'budget-cheaper': row(
    'A budget that asks for cheaper targets passes the dear ones over, and says so.',
    BUDGETS,
  ),
  'budget-outlives': row('What was spent today is known after a restart and after kill -9.', BUDGETS),
  'limit-tells-when': row('A request over a limit waits for its turn, or is told when that comes.', BUDGETS),
  'alerts-quiet': row(
    'Nobody is alerted until that is asked for; then seldom, not in quiet hours, and nothing that happened is left out.',
    BUDGETS,
  ),
  'alerts-safe': row(
    'An alert carries no key and no content, is no script to any shell, and follows no redirect.',
    NEVER,
  ),
  'keys-spread': row('Keys of one provider share the load where that is asked for.', ANSWER),
  'rehearsal-is-real': row(
    'A rehearsed outage takes the same attempts, and the same decisions after them, as the real one.',
    HIDDEN,
  ),
  'service-answers': row(
    'gw service install returns when gw answers from the service, and uninstall leaves nothing of it behind.',
    'docs/service.md',
  ),
  'service-one-owner': row(
    'Where a service keeps gw running, start, stop and restart go through it: there is never a second daemon.',
    'docs/service.md',
  ),
  'socket-private': row(
    'The Unix socket beside the port lets in its owner only, replaces what a dead daemon left, and nothing else.',
    'docs/service.md: a Unix socket',
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
  'observe-unloaded': row(
    'With OpenTelemetry off and nobody asking for metrics, nothing of either is loaded.',
    'docs/observability.md',
  ),
  // Clients, from the first minute to the last.
  'two-commands': row(
    'From an empty home with a key in the environment, two commands lead to the first answer.',
    'docs/clients.md',
  ),
  'launch-traceless': row(
    'A client started by gw launch finds nothing of gw on disk afterwards.',
    'docs/clients.md',
  ),
  'connect-undo': row(
    'What gw wrote into a client’s settings is taken back to the byte; from a file changed since, only what gw wrote.',
    'docs/clients.md',
  ),
  'no-trace': row('gw uninstall leaves a home as it was before gw, to the byte.', 'docs/clients.md'),
  // Moving in, and secrets.
  'import-hides-keys': row(
    "No key of another gateway's configuration gets into the profile or onto the screen by being imported.",
    'docs/moving-in.md',
  ),
  'import-says-what-is-lost': row(
    "What cannot be carried over of another gateway's configuration is listed, with its place and a reason.",
    HIDDEN,
  ),
  'one-renewal': row(
    'However many requests wait for an OAuth token, one renewal is under way, and it begins ahead of the end.',
    'docs/secrets.md',
  ),
  'keys-unseen': row(
    'A key that is set is used at once, and is in no argument, no output and no log.',
    'docs/secrets.md',
  ),
} as const satisfies Readonly<Record<string, PromiseRow>>;

export type PromiseId = keyof typeof PROMISES;

/** Known gaps, with the reason. A test that cites one of these fails the build until the line is gone. */
export const UNCOVERED: Readonly<Partial<Record<PromiseId, string>>> = {};

function row(behaviour: string, source: string): PromiseRow {
  return { behaviour, source };
}
