import type { Identity } from '../../asked.ts';
import { digest, seal, unseal } from '../../seal.ts';

// Bedrock and Vertex sell the same models: a thought signed there is taken back here, as long as the owner is one.
const SHOWN = 'claude:thinking';
const HIDDEN = 'claude:redacted';

/** Signs a thought; its text must come back as it was. */
export function signThought({ owner }: Identity, text: string): string {
  return seal(owner, SHOWN, digest(text));
}

export function isOwnSignature({ owner }: Identity, signature: string, text: string): boolean {
  return unseal(owner, SHOWN, signature) === digest(text);
}

/** A thought that is not shown. */
export function redactThought({ owner }: Identity, text: string): string {
  return seal(owner, HIDDEN, text);
}

export function isOwnRedaction({ owner }: Identity, sealed: string): boolean {
  return unseal(owner, HIDDEN, sealed) !== undefined;
}
