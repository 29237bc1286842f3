import { costOf } from '../../../core/spending.ts';
import type { Trail } from '../../../core/trail.ts';
import { keysOf } from '../../../lib/expect.ts';

/** What requests can be sorted by, in the order `s` goes through; the most comes first. Absent: as they ended. */
export const SORTS = {
  newest: { label: 'newest', value: undefined },
  slowest: { label: 'slowest', value: ({ totalMs }: Trail) => totalMs },
  first: { label: 'slowest first token', value: ({ firstContentMs }: Trail) => firstContentMs },
  attempts: { label: 'most attempts', value: ({ attempts }: Trail) => attempts.length },
  tokens: {
    label: 'most tokens',
    value: ({ usage }: Trail) => usage && (usage.input ?? 0) + (usage.output ?? 0),
  },
  cost: { label: 'dearest', value: costOf },
} as const satisfies Readonly<
  Record<string, { label: string; value: ((trail: Trail) => number | undefined) | undefined }>
>;

export type SortName = keyof typeof SORTS;
export const SORT_ORDER: readonly SortName[] = keysOf(SORTS);
