import { homedir } from 'node:os';

import { type Fault } from '../../core/fault.ts';
import type { KeyPort, Signer } from '../../core/ports.ts';
import type { Provider } from '../../core/profile.ts';
import { withSigners } from '../../credentials/index.ts';
import { openOutside } from '../../daemon/index.ts';
import { headerPairs } from '../chat/caller.ts';
import type { Context } from '../context.ts';
import type { Failed, Passed, Subject } from './subject.ts';

/** Signs for the providers whose credentials depend on the request or on time, as the daemon does. */
export type FindSigner = (provider: Provider) => Signer | undefined;

/** Signers that look credentials up in this shell's environment, where the daemon has its own. */
export function signersIn({ env }: Pick<Context, 'env'>, keys: KeyPort): FindSigner {
  const signing = withSigners(keys, openOutside(env, env['HOME'] ?? homedir()));
  return (provider) => signing.signerFor?.(provider);
}

/** Whether the credentials of a provider can be had: what can be shown without a chat request. */
export async function trySigning({ provider }: Subject, signer: Signer): Promise<Passed | Failed> {
  const signed = await signer.sign({ method: 'GET', url: provider.url, body: null });
  if (signed.is === 'failed') return noCredentials(signed.fault);
  const note = `credentials for ${provider.auth} found, not shown to the provider yet (--send does)`;
  return { is: 'ok', models: [], answered: undefined, note };
}

/** The headers that show who asks for this. */
export async function signedHeaders(
  signer: Signer | undefined,
  request: { readonly method: string; readonly url: string; readonly body: Buffer | null },
): Promise<Readonly<Record<string, string>>> {
  const signed = await signer?.sign(request);
  return signed?.is === 'ok' ? headerPairs(signed.value.headers) : {};
}

/** Faults of credentials say why and what to do in one sentence. */
function noCredentials({ message }: Fault): Failed {
  const colon = message.indexOf(': ');
  const why = colon === -1 ? message : message.slice(0, colon);
  const fix = colon === -1 ? 'gw provider test NAME, later' : message.slice(colon + 2);
  return { is: 'failed', what: 'no credentials', why, fix, status: undefined };
}
