import { targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import { cacheHeadline } from './cache.ts';
import { raceAside } from './race.ts';
import { seamAside } from './seam.ts';
import { listed, reasonOf, times } from './words.ts';

/** The whole story in one sentence. */
export function headline(trail: Trail): string {
  if (trail.killed) return killedSentence(trail);
  switch (trail.outcome) {
    case 'served':
      return cacheHeadline(trail) ?? servedSentence(trail);
    case 'failed':
      return failedSentence(trail);
    case 'cut':
      return `The answer of ${server(trail)} broke off after ${took(trail)}, when part of it had reached the caller.`;
    case 'gone':
      return goneSentence(trail);
    case 'pending':
      return pendingSentence(trail);
  }
}

function killedSentence(trail: Trail): string {
  const last = trail.attempts.at(-1);
  const who = last === undefined ? 'nobody had been asked' : `${targetName(last.target)} had been asked`;
  const what = trail.outcome === 'cut' ? 'part of the answer had reached the caller' : who;
  return `gw was killed when this had been under way for at least ${took(trail)}: ${what}.`;
}

function servedSentence(trail: Trail): string {
  const before = trail.attempts.slice(0, -1).filter(({ fault }) => fault !== undefined);
  const start = `Served by ${server(trail)} in ${took(trail)}${seamAside(trail)}${raceAside(trail)}`;
  const own = before.filter(({ target }) => targetName(target) === server(trail));
  const others = before.filter(({ target }) => targetName(target) !== server(trail));
  const left = trail.failover && before.length === 0 ? leftOut(trail) : '';
  const after = [
    ...(others.length > 0 ? [failures(others)] : []),
    ...(own.length > 0 ? [failures(own, 'it')] : []),
  ];
  if (after.length > 0) return `${start} after ${listed(after)}.`;
  return `${start}${left}.`;
}

function leftOut({ plan }: Trail): string {
  const [first] = plan;
  if (first?.skipped === undefined) return '';
  return `, because ${targetName(first.target)} was left out (${first.skipped})`;
}

function failedSentence(trail: Trail): string {
  const failed = trail.attempts.filter(({ fault }) => fault !== undefined);
  const told = `the caller got ${trail.status}`;
  if (failed.length === 0) return `Nobody was asked: ${trail.message ?? 'it was refused'} (${told}).`;
  const skipped = trail.plan.filter(
    (step) => step.skipped !== undefined && !wasTried(trail, step.target.provider),
  );
  const rest = skipped.length === 0 ? '' : `, and ${skipped.length} more left out`;
  return `Failed after ${took(trail)}: ${failures(failed)}${rest} (${told}).`;
}

function goneSentence(trail: Trail): string {
  const last = trail.attempts.at(-1);
  const after = `The caller hung up after ${took(trail)}`;
  if (last === undefined) return `${after}, before anybody was asked.`;
  const phase = last.firstContentMs === undefined ? 'had not begun to answer' : 'was still answering';
  return `${after}, when ${targetName(last.target)} ${phase}.`;
}

function pendingSentence(trail: Trail): string {
  const last = trail.attempts.at(-1);
  if (last === undefined) return 'Still running; nobody has been asked yet.';
  const failed = trail.attempts.filter(({ fault }) => fault !== undefined);
  const after = failed.length === 0 ? '' : ` after ${failures(failed)}`;
  return `Still running, now at ${targetName(last.target)}${after}.`;
}

/** `openai/gpt-4o failed twice (429, retry-after 20s) and groq/llama failed (timed out)`. */
function failures(attempts: readonly Attempt[], name?: string): string {
  const groups = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const key = targetName(attempt.target);
    groups.set(key, [...(groups.get(key) ?? []), attempt]);
  }
  return listed(
    [...groups].map(([target, group]) => {
      const last = group.at(-1);
      const often = group.length === 1 ? '' : ` ${times(group.length)}`;
      return `${name ?? target} failed${often} (${last === undefined ? '' : reasonOf(last)})`;
    }),
  );
}

function wasTried(trail: Trail, provider: string): boolean {
  return trail.attempts.some(({ target }) => target.provider === provider);
}

function server(trail: Trail): string {
  const target = trail.served ?? trail.attempts.at(-1)?.target;
  return target === undefined ? 'nobody' : targetName(target);
}

function took({ totalMs }: Trail): string {
  return totalMs === undefined ? 'an unknown time' : formatDuration(totalMs);
}
