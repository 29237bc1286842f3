import { NEVER, type PromiseRow, row } from './row.ts';

/** What nobody gets out of gw, or into it. */
export const ATTACKS = {
  'browser-refused': row(
    'A foreign Host or Origin gets 403 before any work, and no CORS header ever.',
    'Fetch standard: CORS; DNS rebinding',
  ),
  'control-private': row('The control socket is private to its user and cannot be reached over TCP.', NEVER),
  'socket-private': row(
    'The Unix socket beside the port lets in its owner only, replaces what a dead daemon left, and nothing else.',
    'docs/service.md: a Unix socket',
  ),
  'loopback-only': row('Listening beyond this machine needs a token.', NEVER),
  'no-bodies-unasked': row(
    'What was asked and answered is written down only where that is asked for, and without credentials.',
    NEVER,
  ),
  'no-secret-leaks': row(
    'No key appears in a log, the database, an error, the dashboard or a command.',
    NEVER,
  ),
  'terminal-safe': row(
    'Text from elsewhere cannot send control sequences to the terminal.',
    'CVE-2021-42574; terminal escapes',
  ),
  'files-private': row(
    'Files are created 0600 and directories 0700 whatever the umask, and links are refused.',
    NEVER,
  ),
  'base-url-fixed': row('No caller can choose an address or key to send to.', NEVER),
  'caller-key-kept': row(
    "The caller's own key is not forwarded unless the provider says passthrough.",
    NEVER,
  ),
  'keys-unseen': row(
    'A key that is set is used at once, and is in no argument, no output and no log.',
    'docs/secrets.md',
  ),
  'import-hides-keys': row(
    "No key of another gateway's configuration gets into the profile or onto the screen by being imported.",
    'docs/moving-in.md',
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
