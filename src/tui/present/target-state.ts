import type { ProviderStatus, Status } from '../../control/index.ts';
import type { FaultCode } from '../../core/fault.ts';
import type { TargetHealth } from '../../core/health.ts';
import { type Target, targetName } from '../../core/target.ts';
import { hostDistance } from '../../lib/host-distance.ts';
import { foreign, type Tone } from './line.ts';
import { countdown, faultWord } from './words.ts';

/**
 * What a target is doing, as a person would say it.
 *
 * - `serving`: it answered last for some route. `ready`: it would be asked. `idle`: ready, and never asked.
 * - `open`, `probing`: its breaker. `cooling`: left alone because the provider said so.
 * - `refused`, `broke`: nothing helps but a new key or money. `no-key`, `disabled`: it cannot be asked at all.
 * - `offline`: this computer has no network, and it is elsewhere.
 */
export type TargetState =
  | 'serving'
  | 'ready'
  | 'idle'
  | 'open'
  | 'probing'
  | 'cooling'
  | 'refused'
  | 'broke'
  | 'no-key'
  | 'offline'
  | 'disabled';

/** Symbol, word and tone of each state: never colour alone. */
export const TARGET_STATES = {
  serving: { symbol: '►', word: 'serving', tone: 'good', up: true },
  ready: { symbol: '●', word: 'ready', tone: 'good', up: true },
  idle: { symbol: '○', word: 'idle', tone: 'dim', up: true },
  probing: { symbol: '◐', word: 'probing', tone: 'warn', up: false },
  cooling: { symbol: '‖', word: 'cooling', tone: 'warn', up: false },
  open: { symbol: '✗', word: 'open', tone: 'bad', up: false },
  refused: { symbol: '✗', word: 'key refused', tone: 'bad', up: false },
  broke: { symbol: '✗', word: 'no credit', tone: 'bad', up: false },
  'no-key': { symbol: '✗', word: 'no key', tone: 'bad', up: false },
  offline: { symbol: '‖', word: 'no network', tone: 'warn', up: false },
  disabled: { symbol: '–', word: 'disabled', tone: 'dim', up: false },
} as const satisfies Readonly<Record<TargetState, StateRow>>;

interface StateRow {
  readonly symbol: string;
  readonly word: string;
  readonly tone: Tone;
  /** It can serve the next request. */
  readonly up: boolean;
}

/** One line of the providers panel: a target, or a provider none of whose targets has been asked yet. */
export interface TargetRow {
  readonly id: string;
  readonly name: string;
  readonly state: TargetState;
  /** When the state ends, if that is known. */
  readonly until: number | undefined;
  readonly health: TargetHealth | undefined;
  /** The routes it served last. */
  readonly routes: readonly string[];
  /** Why it is in this state, or what went wrong last. */
  readonly note: string;
}

/** The rows of the providers panel, in the order of the profile. */
export function targetRows(status: Status): readonly TargetRow[] {
  return status.providers.flatMap((provider) => {
    const targets = provider.targets.filter((health) => isOfInterest(health, status));
    if (targets.length === 0) return [bareProvider(provider, status)];
    return targets.map((health) => targetRow(status, provider, health));
  });
}

/** Whom a route names, or something is known of since the start: models that were asked before it may never be again. */
function isOfInterest(
  { target, attempts, live, breaker, cooldown }: TargetHealth,
  { routes }: Status,
): boolean {
  if (attempts + live > 0 || breaker.is !== 'closed' || cooldown !== undefined) return true;
  return routes.some(({ targets }) => targets.includes(targetName(target)));
}

/** `open 12s`: the state's word with what is left of it; `open, due` when its time is up and nobody has asked since. */
export function stateWord({ state, until }: TargetRow, now: number): string {
  const { word } = TARGET_STATES[state];
  if (until === undefined) return word;
  return until <= now ? `${word}, due` : `${word} ${countdown(until, now)}`;
}

/** A target as one text that no other target has. */
export function targetId({ provider, model, key }: Target): string {
  return `${provider}/${model} ${key}`;
}

function bareProvider(provider: ProviderStatus, status: Status): TargetRow {
  const state = unusable(provider) ?? (isCutOff(provider, undefined, status) ? 'offline' : 'idle');
  return {
    id: provider.name,
    name: foreign(provider.name),
    state,
    until: undefined,
    health: undefined,
    routes: [],
    note: state === 'no-key' ? missingKeys(provider) : '',
  };
}

function targetRow(status: Status, provider: ProviderStatus, health: TargetHealth): TargetRow {
  const id = targetId(health.target);
  const routes = status.routes
    .filter(({ serving }) => serving !== undefined && targetId(serving.target) === id)
    .map(({ name }) => foreign(name));
  const { state, until, note } = isCutOff(provider, health, status)
    ? CUT_OFF
    : judge(provider, health, routes.length > 0);
  const twins = provider.targets.filter(({ target }) => target.model === health.target.model);
  const key = twins.length > 1 ? ` (${health.target.key})` : '';
  return { id, name: foreign(targetName(health.target) + key), state, until, health, routes, note };
}

interface Judgement {
  readonly state: TargetState;
  readonly until: number | undefined;
  readonly note: string;
}

function judge(provider: ProviderStatus, health: TargetHealth, serving: boolean): Judgement {
  const { breaker, cooldown, last } = health;
  const cannot = unusable(provider);
  if (cannot)
    return { state: cannot, until: undefined, note: cannot === 'no-key' ? missingKeys(provider) : '' };
  if (breaker.is === 'open') {
    return { state: 'open', until: breaker.until, note: explain(breaker.reason, breaker.message) };
  }
  if (cooldown) {
    const state = COOLDOWN_STATES[cooldown.reason] ?? 'cooling';
    return { state, until: cooldown.until, note: explain(cooldown.reason, cooldown.message) };
  }
  if (breaker.is === 'half-open') {
    return { state: 'probing', until: undefined, note: faultWord(breaker.reason) };
  }
  const note = last?.fault === undefined ? '' : `last: ${explain(last.fault, last.message)}`;
  if (serving) return { state: 'serving', until: undefined, note };
  return { state: health.attempts + health.live === 0 ? 'idle' : 'ready', until: undefined, note };
}

const CUT_OFF: Judgement = {
  state: 'offline',
  until: undefined,
  note: 'not asked while this computer is offline',
};

// What was on its way when the network went may still arrive; nothing does after so long.
const LAST_ARRIVALS_MS = 60_000;

/** It is elsewhere, and nothing came from there since this computer lost its network (a proxy nearby may bring it). */
function isCutOff(provider: ProviderStatus, health: TargetHealth | undefined, { offline }: Status): boolean {
  if (offline === undefined || unusable(provider) !== undefined || !URL.canParse(provider.url)) return false;
  if (hostDistance(new URL(provider.url).hostname) !== 'far') return false;
  const { at, fault } = health?.last ?? { at: 0 };
  return at <= offline.since + LAST_ARRIVALS_MS || fault !== undefined;
}

const COOLDOWN_STATES: Readonly<Partial<Record<FaultCode, TargetState>>> = {
  upstream_refused_key: 'refused',
  upstream_out_of_credit: 'broke',
};

function explain(reason: FaultCode, message: string | undefined): string {
  const word = faultWord(reason);
  return message === undefined || message === '' ? word : `${word}: ${foreign(message)}`;
}

function unusable(provider: ProviderStatus): 'disabled' | 'no-key' | undefined {
  if (!provider.enabled) return 'disabled';
  return provider.keys.length > 0 && provider.keys.every(({ resolved }) => !resolved) ? 'no-key' : undefined;
}

function missingKeys(provider: ProviderStatus): string {
  return `${provider.keys.map(({ label }) => foreign(label)).join(', ')} not set`;
}
