import { HIDDEN, NEVER, type PromiseRow, row } from './row.ts';

/** The process, the profile and what keeps gw running. */
export const MACHINE = {
  'kill-leaves-a-trace': row(
    'A request that was under way for more than a second when gw was killed is in the request log of the next gw.',
    NEVER,
  ),
  'kill-9': row('After kill -9 the next start works and no row that was on disk is lost.', NEVER),
  'one-daemon': row('Many starts at once give one daemon.', NEVER),
  'port-owner': row('A busy port is an error that names its owner.', HIDDEN),
  drain: row('stop lets streams finish; one that cannot ends in an error event.', NEVER),
  'reload-keeps': row(
    'reload drops no request, and running ones finish on the profile they began with.',
    NEVER,
  ),
  'log-trouble': row(
    'A full, read-only, locked or corrupt request log never fails a request, is shown, and is set aside rather than deleted.',
    NEVER,
  ),
  'ready-answered': row('start returns when the daemon has answered, or says why it could not.', HIDDEN),
  'service-answers': row(
    'gw service install returns when gw answers from the service, and uninstall leaves nothing of it behind.',
    'docs/service.md',
  ),
  'service-one-owner': row(
    'Where a service keeps gw running, start, stop and restart go through it: there is never a second daemon.',
    'docs/service.md',
  ),
  'config-errors': row(
    'An error in the profile names file, place, what was expected and the nearest known name.',
    HIDDEN,
  ),
  'config-no-partial': row(
    'A wrong profile is never applied in part, and a running daemon keeps the old one.',
    NEVER,
  ),
  'config-private': row(
    'The profile is readable by its owner only, and keys pasted into wrong fields are not printed.',
    NEVER,
  ),
  'doctor-asks-first': row(
    'gw doctor changes nothing; with --fix it says to the letter what it will do, and asks for each thing.',
    HIDDEN,
  ),
  'commands-explain': row(
    'Every command has help with an example, answers nonsense with what, why and a fix, and never waits for nobody.',
    HIDDEN,
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
