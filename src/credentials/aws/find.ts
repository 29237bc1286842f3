import type { Fault } from '../../core/fault.ts';
import { ok, type Outcome } from '../../core/outcome.ts';
import { refused } from '../answers.ts';
import { type Outside, variable } from '../outside.ts';
import type { Lent } from '../renewed.ts';
import { type AwsKeys, ownKeys, pair } from './keys.ts';
import { keysOfContainer, keysOfInstance } from './machine.ts';
import { keysOfProfile } from './profile.ts';
import { keysOfNamedIdentity } from './role.ts';

type Source = (outside: Outside) => Promise<Outcome<Lent<AwsKeys> | undefined, Fault>>;

/** Where keys are looked for after the provider's own, in the order of AWS's own tools. */
const SOURCES: readonly Source[] = [
  (outside) => {
    const token = variable(outside, 'AWS_BEARER_TOKEN_BEDROCK');
    return known(token === undefined ? undefined : { is: 'bearer', token });
  },
  (outside) =>
    known(
      pair(
        variable(outside, 'AWS_ACCESS_KEY_ID'),
        variable(outside, 'AWS_SECRET_ACCESS_KEY'),
        variable(outside, 'AWS_SESSION_TOKEN'),
      ),
    ),
  keysOfNamedIdentity,
  keysOfProfile,
  keysOfContainer,
  keysOfInstance,
];

/** The keys for a provider: its own, else those of the first source that has some. */
export async function findAwsKeys(
  outside: Outside,
  given: readonly string[],
): Promise<Outcome<Lent<AwsKeys>, Fault>> {
  const own = ownKeys(given);
  if (own) return ok({ value: own, expiresAt: undefined });
  for (const source of SOURCES) {
    const found = await source(outside);
    if (found.is === 'failed') return found;
    if (found.value) return ok(found.value);
  }
  return refused(
    'no AWS credentials on this machine',
    'aws configure (or export AWS_BEARER_TOKEN_BEDROCK=…), then gw reload',
  );
}

function known(keys: AwsKeys | undefined): ReturnType<Source> {
  return Promise.resolve(ok(keys && { value: keys, expiresAt: undefined }));
}
