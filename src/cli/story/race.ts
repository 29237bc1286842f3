import { targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';

/** `; beside openai/gpt-4o, which was late`: a second target was asked, and which of the two was first. */
export function raceAside({ attempts }: Trail): string {
  const hedge = attempts.find((attempt) => attempt.hedge);
  if (!hedge) return '';
  const loser = attempts.find((attempt) => attempt.lost);
  if (!loser) return '';
  return loser.hedge
    ? `, before ${targetName(hedge.target)}, which was asked beside it`
    : `, asked beside ${targetName(loser.target)}, which was late`;
}

/** What there is to say of an attempt that raced another, or might have. */
export function raceLines({ hedge, notHedged, startMs }: Attempt): string[] {
  if (notHedged !== undefined) return [`it was late, and nobody was asked beside it: ${notHedged}`];
  return hedge
    ? [`asked beside the other one, which had no content ${formatDuration(startMs)} after the request came`]
    : [];
}
