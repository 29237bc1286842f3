import { randomFillSync } from 'node:crypto';

// Crockford's base 32: no i, l, o, u, so that an id read aloud or typed from a screen stays the same id.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const POOL_BYTES = 4096;
const RANDOM_LENGTH = 7;

/**
 * Makes ids that sort by time: 9 characters of epoch milliseconds, then 7 random ones (35 bits).
 * Random bytes are drawn from a pool because one system call per request would cost more than the rest of the id.
 */
export function idMaker(now: () => number): () => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  let time = -1;
  let prefix = '';
  return () => {
    const at = now();
    if (at !== time) {
      time = at;
      prefix = encodeTime(at);
    }
    if (used + RANDOM_LENGTH > POOL_BYTES) {
      fillWithLetters(pool);
      used = 0;
    }
    used += RANDOM_LENGTH;
    return prefix + pool.toString('latin1', used - RANDOM_LENGTH, used);
  };
}

/** A bound for ids by time: every id made at `ms` or later sorts after it, every earlier one before it. */
export function idFloor(ms: number): string {
  return encodeTime(Math.max(0, Math.floor(ms)));
}

function fillWithLetters(pool: Buffer): void {
  randomFillSync(pool);
  for (let i = 0; i < pool.length; i++) pool[i] = ALPHABET.charCodeAt((pool[i] ?? 0) & 31);
}

function encodeTime(ms: number): string {
  let text = '';
  let rest = ms;
  for (let i = 0; i < 9; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
