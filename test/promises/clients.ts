import { HIDDEN, type PromiseRow, row } from './row.ts';

/** Clients from the first minute to the last, and moving in. */
export const CLIENTS = {
  'two-commands': row(
    'From an empty home with a key in the environment, two commands lead to the first answer.',
    'docs/clients.md',
  ),
  'launch-traceless': row(
    'A client started by gw launch finds nothing of gw on disk afterwards.',
    'docs/clients.md',
  ),
  'connect-undo': row(
    'What gw wrote into a client’s settings is taken back to the byte; from a file changed since, only what gw wrote.',
    'docs/clients.md',
  ),
  'no-trace': row('gw uninstall leaves a home as it was before gw, to the byte.', 'docs/clients.md'),
  'import-says-what-is-lost': row(
    "What cannot be carried over of another gateway's configuration is listed, with its place and a reason.",
    HIDDEN,
  ),
  'one-renewal': row(
    'However many requests wait for an OAuth token, one renewal is under way, and it begins ahead of the end.',
    'docs/secrets.md',
  ),
} satisfies Readonly<Record<string, PromiseRow>>;
