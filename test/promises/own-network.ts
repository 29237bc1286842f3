import { ANSWER, HIDDEN, NEVER, type PromiseRow, row } from './row.ts';

/** When it is this computer that is offline, or was asleep. */
export const OWN_NETWORK = {
  'offline-blames-nobody': row(
    'While this computer is offline no breaker opens, no incident begins, and what failed before that was known is taken back.',
    NEVER,
  ),
  'offline-local': row('While this computer is offline, local targets serve.', ANSWER),
  'offline-told': row(
    'While this computer is offline and nothing local is left, the caller is told so at once, in its own format, and that it may try again in two seconds.',
    HIDDEN,
  ),
  'offline-back': row('Work goes on within two seconds of the network being back.', ANSWER),
  'offline-one-host': row(
    "One provider whose name does not resolve while others can be reached is that provider's failure.",
    HIDDEN,
  ),
  'offline-private': row(
    'Whether this computer is offline is found out without asking anybody who is not in the profile, and nobody at all while providers answer.',
    NEVER,
  ),
  'offline-portal': row(
    'A captive portal that answers in the place of several providers is told apart from them.',
    NEVER,
  ),
  sleep: row(
    'After this computer slept the first request is served, and nothing that was under way opens a breaker.',
    NEVER,
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
