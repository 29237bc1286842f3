import { ANSWER, HIDDEN, NEVER, type PromiseRow, row } from './row.ts';

/** Who is left alone, and how that ends. */
export const HEALTH = {
  'out-of-credit-opens': row('An account without credit is left alone until something changes.', ANSWER),
  'breaker-opens': row(
    'A target that keeps failing is no longer tried after three failures.',
    'M. Nygard, Release It!: circuit breaker',
  ),
  'breaker-half-open': row(
    'A recovering target gets one trial request at a time, whatever the load.',
    'M. Nygard, Release It!: circuit breaker',
  ),
  'breaker-neutral': row("The caller's own errors and hang-ups never open a breaker.", NEVER),
  'impatience-is-nobodys-fault': row(
    'A caller that waits less long than gw would takes a healthy target away from nobody else.',
    NEVER,
  ),
  'breaker-never-refuses': row(
    'When every breaker is open, the target that would be back first is tried.',
    ANSWER,
  ),
  'starved-no-trip': row(
    'That gw itself stood still is held against no provider: no breaker opens for it.',
    NEVER,
  ),
  'health-kept': row(
    'Who is left alone, why and until when outlives a restart and kill -9; a key or address that changed is not blamed, and a clock that jumped bans nobody for more than a day.',
    NEVER,
  ),
  'probe-closes': row(
    'Whether a target that is left alone is back is found out without a caller, one look at a time, and what is well is never asked.',
    ANSWER,
  ),
  'chaos-marked': row(
    'What gw chaos does to an attempt is met by the real policy, marked everywhere, and held against nobody.',
    HIDDEN,
  ),
  'chaos-ends': row(
    'Chaos ends by itself, by hand or with the daemon, and what it did to breakers and keys ends with it.',
    NEVER,
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
