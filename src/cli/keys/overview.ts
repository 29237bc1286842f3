import { connectControl, type Status } from '../../control/index.ts';
import { referencesOf } from '../../core/auth.ts';
import { keyLabel } from '../../core/key-label.ts';
import type { KeyPort } from '../../core/ports.ts';
import type { KeyReference, Profile } from '../../core/profile.ts';
import type { Context } from '../context.ts';
import { routesUsing } from '../provider/lookup.ts';
import { type Resting, restingIn } from '../rest/resting.ts';
import { shortLabel } from './stored-keys.ts';

/** One key of a provider, as `gw key list` shows it. */
export interface KeyRow {
  readonly provider: string;
  /** Where it is kept. */
  readonly key: string;
  /** The same, for a narrow column. */
  readonly short: string;
  /** Its last four characters; null where it is not known here, or too short to be told by them. */
  readonly last4: string | null;
  /** Whether it is found from this shell; null where the keychain was not asked. */
  readonly here: boolean | null;
  /** Whether the daemon has it; null while none runs, or that serves another profile. */
  readonly daemon: boolean | null;
  readonly routes: readonly string[];
  /** `cooling`, `refused` or `empty` while it is left alone. */
  readonly state: 'ok' | 'cooling' | 'refused' | 'empty';
  readonly until: number | null;
}

/** What the daemon says, when one runs. */
export async function askStatus({ paths }: Pick<Context, 'paths'>): Promise<Status | undefined> {
  const connected = await connectControl(paths.socket);
  if (connected.is === 'failed') return undefined;
  try {
    return await connected.value.call('status', {});
  } catch {
    return undefined;
  } finally {
    connected.value.close();
  }
}

/** Every key of a profile. */
export function keyRows(
  profile: Profile,
  keys: KeyPort,
  status: Status | undefined,
  withKeychain: boolean,
): KeyRow[] {
  const serving = status?.profile === profile.name ? status : undefined;
  const resting = serving === undefined ? [] : restingIn(serving);
  return profile.providers.flatMap((provider) =>
    referencesOf(provider).map((reference) => {
      const label = keyLabel(reference);
      const known = serving?.providers.find(({ name }) => name === provider.name);
      const left = resting.find(
        (one) => one.provider === provider.name && one.key === label && one.model === undefined,
      );
      const { last4, here } = lookAt(reference, keys, withKeychain);
      return {
        provider: provider.name,
        key: label,
        short: shortLabel(reference),
        last4,
        here,
        daemon: known?.keys.find((key) => key.label === label)?.resolved ?? null,
        routes: routesUsing(profile, provider.name).map(({ name }) => name),
        state: stateOf(left),
        until: left?.until ?? null,
      };
    }),
  );
}

function lookAt(
  reference: KeyReference,
  keys: KeyPort,
  withKeychain: boolean,
): { readonly last4: string | null; readonly here: boolean | null } {
  if (reference.is === 'keychain' && !withKeychain) return { last4: null, here: null };
  const secret = keys.resolve(reference);
  return { last4: /…(.{4})\]$/.exec(String(secret ?? ''))?.[1] ?? null, here: secret !== undefined };
}

function stateOf(left: Resting | undefined): KeyRow['state'] {
  if (left === undefined) return 'ok';
  if (left.reason === 'upstream_refused_key') return 'refused';
  return left.reason === 'upstream_out_of_credit' ? 'empty' : 'cooling';
}
