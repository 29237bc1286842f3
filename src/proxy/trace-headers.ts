import { targetName } from '../core/target.ts';
import type { TrailDraft } from './trail-draft.ts';

/** Adds what every answer says about how it came to be. */
export function traceHeaders(trail: TrailDraft, lines: string[], warns = true): void {
  const attempt = trail.attempts.at(-1);
  lines.push('x-gw-request-id', trail.id, 'x-gw-attempts', String(trail.attempts.length));
  if (!attempt) return;
  lines.push('x-gw-provider', attempt.target.provider, 'x-gw-model', headerSafe(attempt.target.model));
  if (attempt.losses && warns) lines.push('x-gw-lossy', attempt.losses.join(','));
  for (const { injected, target } of trail.attempts)
    if (injected !== undefined) lines.push('x-gw-chaos', headerSafe(`${targetName(target)}: ${injected}`));
  const from = trail.plan.find(({ unable }) => unable !== true);
  if (from && from.target !== attempt.target) {
    const failed = trail.attempts.find(({ target }) => target === from.target);
    const reason = from.fault ?? failed?.fault ?? 'unusable';
    lines.push('x-gw-failover', headerSafe(`from=${targetName(from.target)}; reason=${reason}`));
  }
}

/** Model names and messages come from elsewhere; a header takes printable ASCII. */
export function headerSafe(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : text.replace(/[^\x20-\x7e]/g, '?');
}
