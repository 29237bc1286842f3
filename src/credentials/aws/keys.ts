import { parseJson, stringField } from '../../lib/expect.ts';
import type { Lent } from '../renewed.ts';

/** What proves to AWS who asks: a pair of keys that sign, or a key of Bedrock's own that is sent as it is. */
export type AwsKeys =
  | {
      readonly is: 'pair';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string | undefined;
    }
  | { readonly is: 'bearer'; readonly token: string };

/** A pair of keys; undefined unless both are there. */
export function pair(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken: string | undefined,
): AwsKeys | undefined {
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { is: 'pair', accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined };
}

/**
 * The answer of a `credential_process`, a container's or an instance's agent: the same but for the name of the session
 * token (https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html).
 */
export function readKeysJson(text: string): Lent<AwsKeys> | undefined {
  const read = parseJson(text);
  const session = stringField(read, 'SessionToken') ?? stringField(read, 'Token');
  const keys = pair(stringField(read, 'AccessKeyId'), stringField(read, 'SecretAccessKey'), session);
  if (!keys) return undefined;
  const end = Date.parse(stringField(read, 'Expiration') ?? '');
  return { value: keys, expiresAt: Number.isFinite(end) ? end : undefined };
}

/**
 * The keys kept with the provider: one is a key of Bedrock's own, or a pair written as `id:secret` or
 * `id:secret:session`; two or three are the parts of a pair.
 */
export function ownKeys(given: readonly string[]): AwsKeys | undefined {
  const [first, second, third] = given;
  if (first === undefined) return undefined;
  if (second !== undefined) return pair(first, second, third);
  const [id, secret, ...session] = first.split(':');
  return /^A[A-Z0-9]{15,}:/.test(first)
    ? pair(id, secret, session.join(':'))
    : { is: 'bearer', token: first };
}
