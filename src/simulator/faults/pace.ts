import { parseDuration } from '../../lib/duration.ts';
import type { FaultPart, FaultRow } from '../fault-row.ts';

export const PACE_FAULTS = {
  'slow-headers': {
    group: 'pace',
    summary: 'waits this long before status and headers',
    example: 'slow-headers=20s',
    value: { kind: 'duration', default: '20s' },
    season: (recipe, part) => ({ ...recipe, headersMs: duration(part) }),
  },
  'slow-first-token': {
    group: 'pace',
    summary: 'headers at once, then this long until the first event; a whole answer comes that much later',
    example: 'slow-first-token=20s',
    value: { kind: 'duration', default: '20s' },
    season: (recipe, part) => ({ ...recipe, firstTokenMs: duration(part) }),
  },
  'slow-drip': {
    group: 'pace',
    summary: 'this long between tokens',
    example: 'slow-drip=30s',
    value: { kind: 'duration', default: '30s' },
    season: (recipe, part) => ({ ...recipe, tokenMs: duration(part) }),
  },
  'first-token': {
    group: 'pace',
    summary: 'time to the first token (the gentle name of slow-first-token)',
    example: 'first-token=300ms',
    value: { kind: 'duration' },
    season: (recipe, part) => ({ ...recipe, firstTokenMs: duration(part) }),
  },
  'tokens-per-second': {
    group: 'pace',
    summary: 'how fast tokens follow each other; 0 is all at once',
    example: 'tokens-per-second=50',
    value: { kind: 'count' },
    season: (recipe, part) => ({ ...recipe, tokenMs: Number(part.value) ? 1000 / Number(part.value) : 0 }),
  },
  jitter: {
    group: 'pace',
    summary: 'waits vary by this share to both sides',
    example: 'jitter=30%',
    value: { kind: 'share' },
    season: (recipe, part) => ({ ...recipe, jitter: Number.parseFloat(part.value) / 100 }),
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

function duration(part: FaultPart): number {
  return parseDuration(part.value) ?? 0;
}
