import { AUTH_SCHEMES } from '../core/auth.ts';
import type { AuthScheme } from '../core/profile.ts';
import { keysOf } from '../lib/expect.ts';

/** The ways to send a key that one word says; `oauth` needs settings. */
export const AUTH_NAMES: readonly Exclude<AuthScheme, 'oauth'>[] = keysOf(AUTH_SCHEMES).filter(
  (name) => name !== 'oauth',
);
