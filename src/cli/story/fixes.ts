import type { FaultCode } from '../../core/fault.ts';
import { targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import { brokeOff } from './words.ts';

/** Where a fault happened, as far as a sentence about it needs to know. */
interface Place {
  readonly provider: string;
  readonly target: string;
  readonly model: string;
  readonly key: string;
  readonly route: string;
  /** False where the answer was to come whole, which has a limit of its own. */
  readonly stream?: boolean;
}

/** What a person can do about each fault. */
export const FIXES: Readonly<Record<FaultCode, (place: Place) => string>> = {
  bad_request: () => 'correct the request: what arrived is not valid HTTP or JSON',
  unauthorized: () => 'give the client the local token as its API key: gw config get listen',
  forbidden_origin: () => 'allow that host or origin, if it is yours: gw config get listen',
  not_found: () => 'point the client at the address that gw status shows, with /v1 at its end',
  model_unknown: () =>
    'see which names lead somewhere: gw route list; make a default: gw route set default …',
  request_timeout: () => 'look at the client: its request stopped arriving half way',
  too_large: () => 'send less, or raise the limit: bodyLimitBytes in the policy',
  unsupported_media: () => 'send JSON with content-type: application/json',
  untranslatable: ({ provider }) =>
    `nothing, if another target served; ${provider} cannot express this request`,
  client_gone: () => 'nothing at gw; if it was not meant, raise the timeout of the client',
  loop_detected: ({ provider }) =>
    `gw leads to itself: correct the address with gw provider edit ${provider} --url …`,
  upstream_unreachable: ({ provider }) => `see which part of the way is broken: gw provider test ${provider}`,
  upstream_timeout: ({ provider, stream = true }) =>
    `see if it answers at all: gw provider test ${provider}; a slow model needs a longer ${stream ? 'firstContentMs' : 'answerMs'}`,
  upstream_overloaded: ({ provider }) =>
    `wait: the trouble is at ${provider}'s end (its status page may say more); gw asks it again by itself`,
  upstream_rate_limited: ({ provider }) =>
    `spread the load: gw provider edit ${provider} --add-key …, or ask ${provider} for a higher limit`,
  upstream_refused_key: ({ provider, key }) => newKey(provider, key),
  upstream_out_of_credit: ({ provider }) =>
    `add credit to the account at ${provider}, then: gw provider test ${provider}`,
  not_continued: () =>
    'nothing: another target was asked; a model that takes a prefilled answer goes on best',
  upstream_model_missing: ({ provider, model, route }) =>
    `"${model}" is not at ${provider}: change the target with gw route set ${route} …`,
  upstream_rejected: () => 'correct the request: every target would refuse it for the same reason',
  state_refused: () => 'nothing: it was asked again without them',
  context_overflow: ({ route }) =>
    `shorten the conversation, or add a target with a larger window: gw route add ${route} …`,
  content_blocked: () =>
    'change the content; another provider is only asked when the route sets rerouteBlocked',
  upstream_garbled: ({ provider }) => `check that its address speaks this API: gw provider test ${provider}`,
  stream_broken: () => 'ask again; when it happens often: gw failovers, and quote the id below to support',
  busy: ({ provider }) =>
    `wait, or let more of them in: gw provider edit ${provider} --concurrency …, or maxInFlight in the policy`,
  over_budget: () =>
    'see what is used up: gw budget status; raise it with gw budget set … or wait until it ends',
  too_many_requests: () => 'ask less often, or raise the limit: gw limit list, then gw limit set …',
  breaker_open: () => 'nothing: it is asked again by itself when its time is up; gw status shows when',
  offline: () => 'connect this computer; gw goes on by itself within seconds of the network being back',
  not_kept: () => 'ask without x-gw-cache: only; what is kept is told by gw cache status',
  not_recorded: () => 'record it: gw record NAME --append -- COMMAND, or gw replay NAME --pass-on-miss',
  exhausted: ({ route }) =>
    `see which targets work: gw test-route ${route}; add another: gw route add ${route} …`,
  internal: () => 'this is a defect in gw: please report it with what gw logs shows',
};

/** The daemon keeps the value of a variable until it is handed a new one. */
function newKey(provider: string, key: string): string {
  if (key === 'none') return `${provider} wants a key and has none: gw key set ${provider}`;
  const set = `gw key set ${provider}`;
  const exported = key.startsWith('env:') ? `export ${key.slice('env:'.length)}=… and gw reload, or ` : '';
  return `replace the key ${key}: ${exported}${set}`;
}

/** What to do about an exchange: one line for each thing that went wrong, in the order it did, each once. */
export function fixesFor(trail: Trail): readonly string[] {
  const lines = new Set<string>();
  const route = trail.route ?? 'default';
  const { stream } = trail;
  for (const attempt of trail.attempts) {
    const { target, fault } = attempt;
    if (fault === undefined) continue;
    const { provider, model, key } = target;
    const fix =
      nobodysFault(attempt, trail) ??
      answerLost(attempt) ??
      FIXES[fault]({ provider, model, key, route, target: targetName(target), stream });
    lines.add(`${targetName(target)}: ${fix}`);
  }
  if (trail.killed) lines.add('ask again; what gw wrote before and after it was killed: gw logs');
  if (trail.fault !== undefined && (lines.size === 0 || trail.fault === 'exhausted')) {
    const { provider, model, key } = trail.plan[0]?.target ?? { provider: '…', model: '', key: '' };
    lines.add(FIXES[trail.fault]({ provider, model, key, route, target: provider, stream }));
  }
  return [...lines];
}

/** What failed on purpose, or for the caller's own impatience, is not to be mended at the target. */
function nobodysFault({ injected, impatient }: Attempt, { deadlineFrom }: Trail): string | undefined {
  if (injected !== undefined)
    return `nothing: gw chaos did this on purpose (${injected}); gw chaos stop ends it if it still runs`;
  if (impatient !== true) return undefined;
  const limit = deadlineFrom === 'x-gw-timeout' ? deadlineFrom : "the client's timeout";
  return `nothing: its caller waits less long than gw would; raise ${limit}. It counts against nobody`;
}

function answerLost(attempt: Attempt): string | undefined {
  return brokeOff(attempt)
    ? 'nothing, if another target served; when it happens often: gw failovers, and tell the provider'
    : undefined;
}
