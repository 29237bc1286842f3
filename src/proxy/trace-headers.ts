import { noteWords } from '../core/budget.ts';
import { targetName } from '../core/target.ts';
import type { CacheNote } from '../core/trail.ts';
import { isFailover } from './race/is-failover.ts';
import type { TrailDraft } from './trail-draft.ts';

/** Adds what every answer says about how it came to be. */
export function traceHeaders(trail: TrailDraft, lines: string[], warns = true): void {
  const attempt = trail.attempts.at(-1);
  lines.push('x-gw-request-id', trail.id, 'x-gw-attempts', String(trail.attempts.length));
  if (trail.budgets) lines.push('x-gw-budget', headerSafe(trail.budgets.map(noteWords).join('; ')));
  if (trail.cache) lines.push('x-gw-cache', cacheWord(trail.cache));
  const from = trail.cache?.from ?? attempt?.target;
  if (from) lines.push('x-gw-provider', from.provider, 'x-gw-model', headerSafe(from.model));
  if (!attempt || trail.cache?.from) return;
  if (attempt.losses && warns) lines.push('x-gw-lossy', attempt.losses.join(','));
  noteChaos(trail, lines);
  noteHedge(trail, lines);
  const first = trail.plan.find(({ unable }) => unable !== true);
  if (first && isFailover(trail, attempt.target)) {
    const failed = trail.attempts.find(({ target }) => target === first.target);
    const reason = first.fault ?? failed?.fault ?? 'unusable';
    lines.push('x-gw-failover', headerSafe(`from=${targetName(first.target)}; reason=${reason}`));
  }
}

/** `hit; age=12`, `stale; age=4000; reason=upstream_overloaded`, `miss`, `coalesced`. */
function cacheWord({ is, ageMs, fault }: CacheNote): string {
  const age = ageMs === undefined ? '' : `; age=${Math.floor(ageMs / 1000)}`;
  return `${is}${age}${fault === undefined ? '' : `; reason=${fault}`}`;
}

/** What was made to fail on purpose, once for each target and fault. */
function noteChaos({ attempts }: TrailDraft, lines: string[]): void {
  for (const [index, { injected, target }] of attempts.entries()) {
    if (injected === undefined) continue;
    const before = attempts.findIndex((each) => each.injected === injected && each.target === target);
    if (before === index) lines.push('x-gw-chaos', headerSafe(`${targetName(target)}: ${injected}`));
  }
}

/** Who was asked beside a target that was late, and when; `won`: the answer is that one's. */
function noteHedge({ attempts }: TrailDraft, lines: string[]): void {
  const hedge = attempts.find((attempt) => attempt.hedge);
  if (!hedge) return;
  const won = hedge === attempts.at(-1) && hedge.fault === undefined;
  const after = `after=${Math.round(hedge.startMs)}ms`;
  lines.push('x-gw-hedged', headerSafe(`by=${targetName(hedge.target)}; ${after}; ${won ? 'won' : 'lost'}`));
}

/** Model names and messages come from elsewhere; a header takes printable ASCII. */
export function headerSafe(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : text.replace(/[^\x20-\x7e]/g, '?');
}
