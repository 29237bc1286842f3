import { type Fault } from '../core/fault.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { KeyPort, Signature, Signer, UnsignedRequest } from '../core/ports.ts';
import type { Provider } from '../core/profile.ts';
import { refused } from './answers.ts';
import { findAwsKeys } from './aws/find.ts';
import { regionOf, signForAws } from './aws/sign.ts';
import { azureToken } from './azure.ts';
import { googleAccess } from './google.ts';
import { oauthTokens } from './oauth.ts';
import type { Outside } from './outside.ts';
import { type Lent, Renewed } from './renewed.ts';

/** The same keys, with signers for the providers whose credentials depend on the request or on time. */
export function withSigners(keys: KeyPort, outside: Outside): KeyPort {
  // One for each provider, whatever number of plans it stands in: they share what they were lent.
  const made = new Map<string, Signer>();
  return {
    resolve: (reference) => keys.resolve(reference),
    signerFor(provider) {
      const known = made.get(provider.name);
      if (known) return known;
      const signer = makeSigner(provider, keys, outside);
      if (signer) made.set(provider.name, signer);
      return signer;
    },
  };
}

function makeSigner(provider: Provider, keys: KeyPort, outside: Outside): Signer | undefined {
  const own = provider.keys.flatMap((reference) => keys.resolve(reference)?.reveal() ?? []);
  switch (provider.auth) {
    case 'aws':
      return awsSigner(provider, own, outside);
    case 'google':
      return lending(
        outside,
        () => googleAccess(outside),
        ({ token, quotaProject }) =>
          quotaProject === undefined
            ? bearer(token)
            : { ...bearer(token), headers: [...bearer(token).headers, 'x-goog-user-project', quotaProject] },
      );
    case 'azure':
      return lending(outside, () => azureToken(outside, own[0]), bearer);
    case 'oauth':
      return lending(outside, oauthTokens(provider, keys, outside), bearer);
    case 'bearer':
    case 'x-api-key':
    case 'x-goog-api-key':
    case 'api-key':
    case 'passthrough':
    case 'none':
      return undefined;
  }
}

function awsSigner(provider: Provider, own: readonly string[], outside: Outside): Signer {
  const keys = new Renewed(() => findAwsKeys(outside, own), outside.now);
  return {
    async sign(request: UnsignedRequest): Promise<Outcome<Signature, Fault>> {
      const found = await keys.get();
      if (found.is === 'failed') return failed(found.fault);
      const region = regionOf(provider.url, outside);
      if (region === undefined && found.value.is === 'pair')
        return refused('the address names no AWS region', 'export AWS_REGION=…, then gw reload');
      const headers = signForAws(request, found.value, region ?? '', outside.now());
      return ok({ headers, secrets: secretsOf(headers) });
    },
  };
}

/** A signer for tokens that are good for a time and sent as they are. */
function lending<T>(
  outside: Outside,
  obtain: () => Promise<Outcome<Lent<T>, Fault>>,
  write: (value: T) => Signature,
): Signer {
  const renewed = new Renewed(obtain, outside.now);
  return {
    async sign(): Promise<Outcome<Signature, Fault>> {
      const found = await renewed.get();
      return found.is === 'failed' ? failed(found.fault) : ok(write(found.value));
    },
  };
}

function bearer(token: string): Signature {
  return { headers: ['authorization', `Bearer ${token}`], secrets: [token] };
}

/** A signature is good for one request, but its session token is not. */
function secretsOf(headers: readonly string[]): readonly string[] {
  return headers.filter((_, at) => at % 2 === 1).map((value) => value.replace(/^Bearer /, ''));
}
