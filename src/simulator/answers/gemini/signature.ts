import type { Identity } from '../../asked.ts';
import { digest, seal, unseal } from '../../seal.ts';
import { canonical } from './fields.ts';

const CALL = 'gemini:call';
const TEXT = 'gemini:text';

// What Google documents for histories that other models made: https://ai.google.dev/gemini-api/docs/thought-signatures
const WAIVERS = new Set(['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go']);

/** Signs the first call of an answer; it must come back with that call. */
export function signCall({ owner }: Identity, name: string, args: unknown): string {
  return seal(owner, CALL, callDigest(name, args));
}

/** Signs an answer that calls nothing. */
export function signText({ owner }: Identity, seed: number): string {
  return seal(owner, TEXT, String(seed));
}

export function isOwnCall({ owner }: Identity, signature: string, name: string, args: unknown): boolean {
  return WAIVERS.has(signature) || unseal(owner, CALL, signature) === callDigest(name, args);
}

export function isOwnText({ owner }: Identity, signature: string): boolean {
  return WAIVERS.has(signature) || unseal(owner, TEXT, signature) !== undefined;
}

function callDigest(name: string, args: unknown): string {
  return digest(`${name}\n${canonical(args ?? {})}`);
}

/** Models of the third generation sign always, and want their signatures back. */
export function demandsSignatures(model: string): boolean {
  return /gemini-3/.test(model);
}
