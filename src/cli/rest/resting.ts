import type { Status } from '../../control/index.ts';
import type { FaultCode } from '../../core/fault.ts';
import type { TargetHealth } from '../../core/health.ts';
import { type Target, targetName } from '../../core/target.ts';

/** Somebody gw leaves alone, as `--json` shows it. Times are epoch milliseconds. */
export interface Resting {
  /** What `gw reset` takes: `provider/model#key`, and `provider#key` where every model behind the key is meant. */
  readonly name: string;
  readonly provider: string;
  /** Absent where every model behind the key is left alone. */
  readonly model?: string;
  readonly key: string;
  /**
   * - `left-alone`: its breaker is open until then.
   * - `trial-due`: the next request, or a look of gw's own, is the trial.
   * - `on-trial`: that is under way.
   * - `cooling`: its provider said until when, or gw guessed it.
   * - `until-changed`: its key is refused or its account empty.
   */
  readonly state: 'left-alone' | 'trial-due' | 'on-trial' | 'cooling' | 'until-changed';
  readonly reason: FaultCode;
  /** In the provider's own words, where it had any. */
  readonly message: string;
  readonly since?: number;
  readonly until?: number;
  /** When gw looks whether anything has changed. */
  readonly nextLook?: number;
}

/** Everything that is being left alone, in the order of the profile; a key that is, once for all its models. */
export function restingIn({ providers }: Pick<Status, 'providers'>): readonly Resting[] {
  const byName = new Map<string, Resting>();
  for (const { targets } of providers) {
    for (const health of targets) {
      for (const found of [coolingOf(health), brokenOf(health)])
        if (found !== undefined && !byName.has(found.name)) byName.set(found.name, found);
    }
  }
  return [...byName.values()];
}

/** Every way to name a target: by its provider, with its model, and with its key. */
export function namesOf(target: Target): readonly string[] {
  const { provider, key } = target;
  return [provider, targetName(target), `${provider}#${key}`, `${targetName(target)}#${key}`];
}

function coolingOf({ target, cooldown }: TargetHealth): Resting | undefined {
  if (cooldown === undefined) return undefined;
  const { reason, message, since, until, nextLook } = cooldown;
  const isShared = cooldown.covers === 'key';
  return {
    name: isShared ? `${target.provider}${keyPart(target)}` : fullName(target),
    provider: target.provider,
    ...(!isShared && { model: target.model }),
    key: target.key,
    state: until === undefined ? 'until-changed' : 'cooling',
    reason,
    message,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(nextLook !== undefined && { nextLook }),
  };
}

function brokenOf({ target, breaker }: TargetHealth): Resting | undefined {
  if (breaker.is === 'closed') return undefined;
  const { reason, message = '', since } = breaker;
  const { provider, model, key } = target;
  const shared = {
    name: fullName(target),
    provider,
    model,
    key,
    reason,
    message,
    ...(since !== undefined && { since }),
  };
  if (breaker.is === 'open') return { ...shared, state: 'left-alone', until: breaker.until };
  return { ...shared, state: breaker.probing ? 'on-trial' : 'trial-due' };
}

/** What `gw reset` takes; the key is said where there is one. */
function fullName(target: Target): string {
  return targetName(target) + keyPart(target);
}

function keyPart({ key }: Target): string {
  return key === 'none' ? '' : `#${key}`;
}
