import type { CarriedState } from '../../core/format.ts';
import { ENVELOPE_START, unseal } from '../hub/carry.ts';

/**
 * What an opaque slot (a signature, redacted data) holds of other providers; undefined when it is Anthropic's own. A
 * damaged envelope holds nothing, but it is one.
 */
export function carriedIn(slot: string | undefined): readonly CarriedState[] | undefined {
  return slot?.startsWith(ENVELOPE_START) === true ? (unseal(slot) ?? []) : undefined;
}
