import { targetName } from '../../core/target.ts';
import type { Attempt, ContinuedHow, Trail } from '../../core/trail.ts';
import { SHORT_FAULTS } from './words.ts';

const WAYS: Readonly<Record<ContinuedHow, string>> = {
  prefill: 'given to it as the beginning of its own answer',
  replay: 'by giving the whole answer again, of which only the rest was passed on',
  instructed: 'shown to it, and told to go on from there',
};

/** How an attempt went on with an answer that another one had begun. */
export function seamLines({ continued, usageEstimated }: Attempt): string[] {
  const estimate =
    usageEstimated === true ? ['its tokens are an estimate: it ended before they were counted'] : [];
  if (!continued) return estimate;
  const { how, from, after, kept, dropped } = continued;
  const left = dropped > 0 ? `; ${dropped} characters that the caller had were left out` : '';
  // It was reached, or there would be no characters: what failed is the connection they came through.
  const cause = after === 'upstream_unreachable' ? 'the connection broke' : SHORT_FAULTS[after];
  const begun = `${kept} characters of ${targetName(from)} (${cause})`;
  return [`asked to go on after ${begun}, ${WAYS[how]}${left}`, ...estimate];
}

/** `, in 2 pieces`: an answer that broke off under way and was continued. */
export function seamAside({ continued, attempts }: Trail): string {
  if (continued !== true) return '';
  return `, in ${attempts.filter(({ fault }) => fault === 'stream_broken').length + 1} pieces`;
}
