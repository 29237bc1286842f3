import { type ConfigFile, describeProblem } from '../config/index.ts';
import { ControlError, type Handlers, type Methods } from '../control/index.ts';
import { type Target, targetName } from '../core/target.ts';
import { field, isObject, isString, type JsonObject } from '../lib/expect.ts';
import type { Proxy } from '../proxy/index.ts';

// A breaker opened by hand and forgotten must not keep a provider out until somebody wonders.
const MAX_TRIP_MS = 3_600_000;
const MIN_TRIP_MS = 1_000;

/** Which profile is acted on. */
export interface ActedOn {
  readonly file: ConfigFile;
  readonly profile: string;
  /** It stands in no file: there is nothing to change. */
  readonly fromEnvironment: boolean;
}

/** What acting needs of the daemon. */
export interface Acting {
  readonly actedOn: () => ActedOn;
  readonly proxy: Pick<Proxy, 'resetTarget' | 'tripTarget'>;
  /** Somebody acted: that belongs into the log. */
  readonly acted: (event: string, fields: Readonly<Record<string, unknown>>) => void;
  /** What went wrong at this target was forgotten by hand. */
  readonly forgotten: (target: Target) => void;
  readonly reload: () => Promise<unknown>;
  /** Every viewer should see what came of it at once. */
  readonly statusChanged: () => void;
}

/** What a person can do from the dashboard. */
export function actingHandlers({
  actedOn,
  proxy,
  acted,
  forgotten,
  reload,
  statusChanged,
}: Acting): Pick<Handlers, 'switch-provider' | 'move-target' | 'reset-breaker' | 'trip-breaker'> {
  return {
    'switch-provider': async (params) => {
      await switchProvider(actedOn(), params);
      acted('provider-switched', params);
      await reload();
      return {};
    },
    'move-target': async (params) => {
      const targets = await moveTarget(actedOn(), params);
      acted('target-moved', params);
      await reload();
      return { targets };
    },
    'reset-breaker': async ({ target }) => {
      if (!proxy.resetTarget(target)) throw neverAsked(target);
      acted('breaker-reset', { target: targetName(target) });
      forgotten(target);
      statusChanged();
      return {};
    },
    'trip-breaker': async ({ target, openMs }) => {
      if (!proxy.tripTarget(target, Math.max(MIN_TRIP_MS, Math.min(openMs, MAX_TRIP_MS)))) {
        throw neverAsked(target);
      }
      acted('breaker-tripped', { target: targetName(target), openMs });
      statusChanged();
      return {};
    },
  };
}

function neverAsked(target: Target): ControlError {
  return new ControlError('declined', `${targetName(target)} was not asked yet`);
}

/** Writes into the profile that a provider is passed over, or asked again. Throws a `ControlError` when it cannot. */
async function switchProvider(
  on: ActedOn,
  { provider, enabled }: Methods['switch-provider']['params'],
): Promise<void> {
  await change(on, (profile) => {
    const entry = field(field(profile, 'providers'), provider);
    if (!isObject(entry)) throw missing(`the profile has no provider ${provider}`);
    if (enabled) delete entry['enabled'];
    else entry['enabled'] = false;
  });
}

/** Writes a route's new order into the profile, and answers with it. Throws a `ControlError` when it cannot. */
async function moveTarget(
  on: ActedOn,
  { route, target, by }: Methods['move-target']['params'],
): Promise<readonly string[]> {
  let moved: readonly string[] = [];
  await change(on, (profile) => {
    const entry = field(field(profile, 'routes'), route);
    const written = field(entry, 'targets');
    if (!isObject(entry) || !Array.isArray(written)) throw missing(`the profile has no route ${route}`);
    const targets = written.filter(isString);
    const from = targets.indexOf(target);
    if (from === -1) throw missing(`route ${route} has no target ${target}`);
    targets.splice(from, 1);
    targets.splice(Math.max(0, Math.min(targets.length, from + by)), 0, target);
    entry['targets'] = targets;
    moved = targets;
  });
  return moved;
}

async function change(
  { file, profile, fromEnvironment }: ActedOn,
  edit: (profile: JsonObject) => void,
): Promise<void> {
  if (fromEnvironment) {
    throw new ControlError(
      'declined',
      'gw serves what the environment has keys for, so there is no profile to change',
      'gw init',
    );
  }
  const outcome = await file.change((draft) => {
    const found = field(field(draft, 'profiles'), profile);
    if (!isObject(found)) throw missing(`there is no profile ${profile} in the file`);
    edit(found);
  });
  if (outcome.is === 'ok') return;
  const [problem] = outcome.fault;
  throw new ControlError(
    'declined',
    `the profile was not changed${problem === undefined ? '' : `: ${describeProblem(problem)}`}`,
    'gw config validate',
  );
}

function missing(message: string): ControlError {
  return new ControlError('declined', message, 'gw reload');
}
