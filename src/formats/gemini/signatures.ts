import type { OpaqueState } from '../../core/conversation.ts';
import type { CarriedState } from '../../core/format.ts';
import { seal, unseal } from '../hub/carry.ts';

/**
 * What Google lets callers put in place of a signature they cannot have, for calls made by another model
 * (https://ai.google.dev/gemini-api/docs/thought-signatures, FAQ).
 */
export const NO_SIGNATURE = 'skip_thought_signature_validator';

const PLACEHOLDERS = new Set([NO_SIGNATURE, 'context_engineering_is_the_way_to_go', '']);

/** Marks a part that gw wrote and that has nothing to carry. */
export const EMPTY_ENVELOPE_TEXT = seal([]);

/** What stood in a part's `thoughtSignature`. */
export interface Signature {
  readonly native: readonly OpaqueState[];
  /** What gw itself put there; undefined when it did not. */
  readonly carried: readonly CarriedState[] | undefined;
}

const NOTHING: Signature = { native: [], carried: undefined };

/** Reads a signature as a caller brought it: any provider of this format may have issued it. */
export function readSignature(slot: string | undefined): Signature {
  if (slot === undefined || PLACEHOLDERS.has(slot)) return NOTHING;
  const carried = unseal(slot);
  if (carried) return { native: [], carried };
  return { native: [{ format: 'gemini', kind: 'signature', data: slot }], carried: undefined };
}

/** The signature among a part's states; `fitTurns` has left only what may go to the target. */
export function nativeSignature(states: readonly OpaqueState[] | undefined): string | undefined {
  return states?.find(({ format, kind }) => format === 'gemini' && kind === 'signature')?.data;
}
