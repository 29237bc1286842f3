import { type FoundSecret, keyReferenceToJson } from '../../config/index.ts';
import { keyLabel } from '../../core/key-label.ts';
import type { KeyReference } from '../../core/profile.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { type KeyPlace, plainLabel, referenceTo, storeKey } from '../keys/store.ts';
import { choose } from '../prompt.ts';

const PLACES = ['keychain', 'file', 'skip'] as const;
type Answer = (typeof PLACES)[number];

/** Where each key goes that stood in the open in somebody else's configuration. */
export interface KeyPlan {
  readonly references: ReadonlyMap<FoundSecret, KeyReference>;
  readonly skipped: boolean;
}

/** Asks where those keys are to be kept; they are never copied without a word. */
export async function planKeys(
  context: Context,
  secrets: readonly FoundSecret[],
  flag: string | undefined,
  preview: boolean,
  profile: string,
): Promise<KeyPlan> {
  const answer = await placeFor(context, secrets, flag, preview);
  const counts = new Map<string, number>();
  const references = new Map<FoundSecret, KeyReference>();
  for (const secret of secrets) {
    const count = (counts.get(secret.provider) ?? 0) + 1;
    counts.set(secret.provider, count);
    // Under the profile's name: another profile's key of the same provider is not to be written over.
    const label = `${plainLabel(profile)}${count === 1 ? '' : `-${count}`}`;
    references.set(secret, referenceFor(context, secret, answer, label));
  }
  return { references, skipped: answer === 'skip' };
}

/** Puts the keys where the plan says. */
export async function keepKeys(context: Context, { references }: KeyPlan): Promise<void> {
  for (const [{ key }, reference] of references) {
    await storeKey(context, reference, key, 'the same again with --keys file');
  }
}

/** What was in the open and where it is now, for people and for `--json`; never the key. */
export function keysJson({ references }: KeyPlan) {
  return [...references].map(([{ place, provider }, reference]) => ({
    place,
    provider,
    kept: keyLabel(reference),
  }));
}

export function keyJson(plan: KeyPlan, secret: FoundSecret) {
  const reference = plan.references.get(secret) ?? { is: 'env' as const, name: secret.variable };
  return keyReferenceToJson(reference);
}

function referenceFor(context: Context, secret: FoundSecret, answer: Answer, label: string): KeyReference {
  if (answer === 'skip') return { is: 'env', name: secret.variable };
  const place: KeyPlace = answer;
  return referenceTo(context, place, secret.provider, label);
}

async function placeFor(
  context: Context,
  secrets: readonly FoundSecret[],
  flag: string | undefined,
  preview: boolean,
): Promise<Answer> {
  const said = PLACES.find((place) => place === flag);
  if (said !== undefined) return said;
  const fix = `--keys ${PLACES.join('|')}`;
  if (flag !== undefined) {
    throw new CommandError('--keys says where keys are kept that stand in the file.', {
      why: 'it takes keychain, file, or skip for neither',
      fix,
      exit: EXIT.usage,
    });
  }
  if (secrets.length === 0 || (preview && !context.interactive)) return 'skip';
  if (!context.interactive) {
    throw new CommandError('Keys stand in the open in that file.', {
      why: `gw copies none of them without being told where to; they are at ${secrets.map(({ place }) => place).join(', ')}`,
      fix,
      exit: EXIT.usage,
    });
  }
  const count = secrets.length === 1 ? 'A key stands' : `${secrets.length} keys stand`;
  const index = await choose(context, {
    question: `${count} in the open in that file. Where are they to be kept?`,
    instead: fix,
    choices: [
      "in this machine's keychain",
      'in files that only you can read',
      'nowhere: the profile names variables, and you export them',
    ],
  });
  return PLACES[index] ?? 'skip';
}
