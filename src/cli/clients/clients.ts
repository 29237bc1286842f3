import { isKeyOf, keysOf } from '../../lib/expect.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { CommandError, EXIT } from '../error.ts';
import type { Client } from './client.ts';
import { aider } from './known/aider.ts';
import { continueDev, cursor, zed } from './known/by-hand.ts';
import { claude } from './known/claude.ts';
import { codex } from './known/codex.ts';
import { gemini } from './known/gemini.ts';
import { opencode } from './known/opencode.ts';

/** Programs that call models, by the name gw gives them. A new client is a file and a line here. */
export const CLIENTS = {
  claude,
  codex,
  gemini,
  opencode,
  aider,
  continue: continueDev,
  zed,
  cursor,
} as const satisfies Readonly<Record<string, Client>>;

export type ClientId = keyof typeof CLIENTS;

/** The client of that id, as its interface has it. */
export function clientNamed(id: ClientId): Client {
  return CLIENTS[id];
}

/** Clients that can do what is asked (`launch`, `connect`). */
export function clientsThat(can: 'launch' | 'connect'): ClientId[] {
  return keysOf(CLIENTS).filter((id) => clientNamed(id)[can] !== undefined);
}

/** The client of that name; a mistyped one ends the command with what there is. */
export function requireClient(text: string | undefined, verb: string, known: readonly ClientId[]): ClientId {
  if (text !== undefined && isKeyOf(CLIENTS, text) && known.includes(text)) return text;
  const hand = text !== undefined && isKeyOf(CLIENTS, text) ? clientNamed(text) : undefined;
  throw new CommandError(
    text === undefined
      ? 'Which client?'
      : hand
        ? `There is no gw ${verb} for ${hand.title}.`
        : `${terminalSafe(text)} is no client that gw knows.`,
    {
      why: hand?.byHand ?? `it knows ${known.join(', ')}`,
      fix:
        hand === undefined
          ? `gw ${verb} ${(text !== undefined && nearest(text, known)) || known.join('|')}`
          : 'docs/clients.md has the lines to write',
      exit: EXIT.usage,
    },
  );
}
