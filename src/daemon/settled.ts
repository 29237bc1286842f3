import { takesKey } from '../core/auth.ts';
import { FAULTS } from '../core/fault.ts';
import type { Incident } from '../core/health.ts';
import { keyLabel } from '../core/key-label.ts';
import type { Profile } from '../core/profile.ts';
import { sameTarget, type Target } from '../core/target.ts';

type Settles = (incident: Pick<Incident, 'target' | 'reason'>) => boolean;

/** What a reset by hand makes an end of: what the target failed with, and what its key shares with other models. */
export function settledByReset(reset: Target): Settles {
  return ({ target, reason }) =>
    sameTarget(target, reset) ||
    (FAULTS[reason].scope === 'key' && target.provider === reset.provider && target.key === reset.key);
}

/** What a profile makes an end of: failures of providers that it does not ask, or not with that key. */
export function settledByProfile({ providers }: Pick<Profile, 'providers'>): Settles {
  return ({ target }) => {
    const provider = providers.find(({ name, enabled }) => enabled && name === target.provider);
    if (provider === undefined) return true;
    const labels = takesKey(provider.auth) ? provider.keys.map(keyLabel) : [];
    // Of two keys with one name the second has a number.
    const key = target.key.replace(/#\d+$/, '');
    return key === 'none' ? labels.length > 0 : !labels.includes(key);
  };
}
