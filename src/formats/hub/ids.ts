import { createHash } from 'node:crypto';

/** What a format or host takes as the id of a tool call. */
export interface IdRule {
  /** A character that may not stand in an id; global. */
  readonly forbidden: RegExp;
  readonly longest: number;
  /** Ids have exactly this many characters. */
  readonly exactly?: number;
}

/** Anthropic: `^[a-zA-Z0-9_-]+$`, at most 64 characters (its own error message). Legal everywhere else too. */
export const PLAIN_IDS: IdRule = { forbidden: /[^a-zA-Z0-9_-]/g, longest: 64 };
/** OpenAI's chat completions refuse ids over 40 characters. */
export const CHAT_IDS: IdRule = { forbidden: /[^a-zA-Z0-9_-]/g, longest: 40 };
/** Mistral: exactly nine letters and digits (its own error message). */
export const NINE_CHARACTER_IDS: IdRule = { forbidden: /[^a-zA-Z0-9]/g, longest: 9, exactly: 9 };

/** True when the id can be used as it is. */
export function isLegalId(id: string, rule: IdRule): boolean {
  if (id.length === 0 || id.length > rule.longest) return false;
  if (rule.exactly !== undefined && id.length !== rule.exactly) return false;
  return id.search(rule.forbidden) === -1;
}

/**
 * The id as the rule allows it: itself when it is legal, else one made from it, the same every time, so that the next
 * turn's prompt begins as this one did and is found in the provider's cache.
 */
export function legalId(id: string, rule: IdRule): string {
  if (isLegalId(id, rule)) return id;
  const digest = createHash('sha256').update(id).digest('hex');
  if (rule.exactly !== undefined) return digest.slice(0, rule.exactly);
  const readable = id.replace(rule.forbidden, '_').slice(0, rule.longest - 9);
  return readable === '' ? `call_${digest.slice(0, 24)}` : `${readable}_${digest.slice(0, 8)}`;
}

/** Ids that end in a small count (`call_0`, `functions.add:0`) come again in the next turn. */
const COUNTED = /(?:^|[_.:-])\d{1,3}$/;

/**
 * The id under which a caller learns of a call. Callers keep it in their history, which may go to any provider of their
 * own format, so it is legal everywhere; and they look results up by it, so it never repeats.
 *
 * @param given The provider's id; empty when it has none.
 * @param exchange Unique to the answer.
 * @param position Of the call within the answer.
 */
export function callerId(given: string, exchange: string, position: number): string {
  if (isLegalId(given, CHAT_IDS) && !COUNTED.test(given)) return given;
  const digest = createHash('sha256').update(`${exchange}\n${position}\n${given}`).digest('hex');
  return `call_${digest.slice(0, 24)}`;
}
