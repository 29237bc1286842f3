import { ANSWER, HIDDEN, NEVER, type PromiseRow, row } from './row.ts';

/** One answer for several requests, and several targets for one. */
export const SHARED_ANSWERS = {
  'cache-replays': row(
    'A kept answer is given again byte for byte, streams as streams, and nobody is asked.',
    NEVER,
  ),
  'cache-per-caller': row(
    'An answer is never given to another caller, route, path or body than the one it was given to.',
    NEVER,
  ),
  'cache-whole-only': row(
    'Nothing is kept that failed, was cut, blocked or garbled, or was put together from two answers.',
    HIDDEN,
  ),
  'cache-disk-faults': row(
    'A damaged, locked or full disk costs kept answers, never a request; it is said in the status.',
    NEVER,
  ),
  'stale-if-error': row(
    'Where it is asked for, the last good identical answer stands in when every target failed, and says that it is old.',
    ANSWER,
  ),
  'stale-no-tools': row('An old answer that calls tools stands in only where that is asked for.', NEVER),
  'coalesce-one-call': row(
    'Identical requests at the same time share one call where that is asked for, and each caller gets all of it.',
    ANSWER,
  ),
  'coalesce-leader-leaves': row(
    'A shared call goes on while anybody waits for it, and ends with the last who does.',
    ANSWER,
  ),
  'coalesce-slow-follower': row(
    'A caller that does not read holds up none of those it shares a call with, and is told when it is left behind.',
    NEVER,
  ),
  'hedge-first-wins': row(
    'Where it is asked for, a target that is late is raced by the next one, and the caller gets one whole answer of whoever has content first.',
    ANSWER,
  ),
  'hedge-loser-ended': row(
    'Who loses a race has its connection closed at once, and what it took is booked; when the caller leaves, both are ended.',
    NEVER,
  ),
  'hedge-quiet': row(
    'When one of two racing targets fails before it has content, the other is waited for, and no third is asked.',
    ANSWER,
  ),
  'hedge-capped': row(
    "Of a target's requests of an hour no more than the set share is asked for twice, weighed by price.",
    NEVER,
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
