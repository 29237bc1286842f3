import { type Target, targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import { foreign, type Tone } from './line.ts';
import { faultWord } from './words.ts';

/** What became of an exchange, with symbol, word and tone. */
export interface OutcomeWord {
  readonly symbol: string;
  readonly word: string;
  readonly tone: Tone;
}

/** Failover counts as an outcome of its own: it is what one looks for. */
export function outcomeWord(trail: Trail): OutcomeWord {
  switch (trail.outcome) {
    case 'pending':
      return { symbol: '…', word: phase(trail), tone: 'accent' };
    case 'served':
      if (trail.cache !== undefined && trail.cache.is !== 'miss') return CACHE_WORDS[trail.cache.is];
      if (trail.continued === true) return { symbol: '↷', word: 'continued', tone: 'warn' };
      return trail.failover
        ? { symbol: '↷', word: 'failover', tone: 'warn' }
        : { symbol: '✓', word: 'served', tone: 'good' };
    case 'failed':
      return { symbol: '✗', word: 'failed', tone: 'bad' };
    case 'cut':
      return { symbol: '✗', word: 'cut off', tone: 'bad' };
    case 'gone':
      return { symbol: '○', word: 'hung up', tone: 'dim' };
  }
}

/** An answer without a call of its own is told apart; an old one is nothing to be glad of. */
const CACHE_WORDS: Readonly<Record<'hit' | 'stale' | 'coalesced', OutcomeWord>> = {
  hit: { symbol: '✓', word: 'kept', tone: 'good' },
  stale: { symbol: '↷', word: 'stale', tone: 'warn' },
  coalesced: { symbol: '✓', word: 'shared', tone: 'good' },
};

/** What a running exchange is busy with. */
export function phase(trail: Trail): string {
  const attempt = trail.attempts.at(-1);
  if (attempt === undefined) return 'planning';
  if (attempt.endMs !== undefined) return attempt.fault === undefined ? 'finishing' : 'moving on';
  if (attempt.firstContentMs !== undefined) return 'streaming';
  if (attempt.headersMs !== undefined) return 'starting';
  return attempt.sentMs === undefined ? 'connecting' : 'waiting';
}

/** Who served it, or who is being asked, or who was asked last. */
export function servedBy(trail: Trail): Target | undefined {
  return trail.served ?? trail.cache?.from ?? trail.attempts.at(-1)?.target;
}

/** `groq/llama ← openai rate limited`: who served, and from whom it was taken over and why. */
export function storyInShort(trail: Trail): string {
  const target = servedBy(trail);
  const name = target === undefined ? '' : foreign(targetName(target));
  const failed = trail.attempts.find(({ fault }) => fault !== undefined);
  if (failed?.fault === undefined) return name || (trail.fault ? faultWord(trail.fault) : '–');
  if (trail.outcome === 'served' || trail.outcome === 'pending') {
    const onPurpose = failed.injected === undefined ? '' : ' (chaos)';
    return `${name} ← ${foreign(failed.target.provider)} ${faultWord(failed.fault)}${onPurpose}`;
  }
  return `${name} ${faultWord(trail.fault ?? failed.fault)}`;
}

/** The first attempt that failed: the reason why anything else happened. */
export function firstFailure(trail: Trail): Attempt | undefined {
  return trail.attempts.find(({ fault }) => fault !== undefined);
}
