import type { Signature, UnsignedRequest } from '../../../src/core/ports.ts';
import type { AuthScheme, KeyReference, Provider } from '../../../src/core/profile.ts';
import { withSigners } from '../../../src/credentials/index.ts';
import { Secret } from '../../../src/lib/secret.ts';
import type { Ground } from './token-server.ts';

/** A provider of a scheme, with keys kept in its profile. */
export function provider(auth: AuthScheme, keys: readonly string[] = [], url = AWS): Provider {
  return {
    name: 'here',
    preset: undefined,
    url,
    format: 'bedrock-converse',
    alsoSpeaks: [],
    auth,
    keys: keys.map((value): KeyReference => ({ is: 'inline', value })),
    enabled: true,
    headers: {},
    quirks: [],
    models: [],
    owns: [],
  };
}

export const AWS = 'https://bedrock-runtime.eu-west-1.amazonaws.com';

export const REQUEST: UnsignedRequest = {
  method: 'POST',
  url: `${AWS}/model/us.anthropic.claude-3-7-sonnet-v1%3A0/converse`,
  body: Buffer.from('{"messages":[]}'),
};

/** A signer for one provider, which keeps what it was lent. */
export function signerFor(ground: Ground, given: Provider) {
  const keys = withSigners(
    { resolve: (reference) => (reference.is === 'inline' ? new Secret(reference.value) : undefined) },
    ground.outside,
  );
  const signer = keys.signerFor?.(given);
  if (!signer) throw new Error(`no signer for ${given.auth}`);
  return async (request: UnsignedRequest = REQUEST): Promise<string> => {
    const signed = await signer.sign(request);
    return signed.is === 'ok' ? shown(signed.value) : `${signed.fault.code}: ${signed.fault.message}`;
  };
}

function shown({ headers, secrets }: Signature): string {
  const lines: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`);
  if (!secrets.every((secret) => headers.some((value) => value.includes(secret))))
    lines.push('a secret is not sent');
  return lines.join('\n');
}
