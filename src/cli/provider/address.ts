import { isIP } from 'node:net';

import { isLoopback } from '../../config/index.ts';
import { BASE_PATHS } from '../../core/base-path.ts';
import type { FormatName } from '../../core/operation.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { CommandProblem } from '../problem.ts';

/** A provider's address as it will be kept, with what a person should know about how it came to be. */
export interface Address {
  /** With the scheme and the version prefix, without trailing slash. */
  readonly url: string;
  /** What was changed in it or looks doubtful, one sentence each. */
  readonly notes: readonly string[];
  /** It named a host only, so the version prefix (`/v1`, or what the format's vendor has) is a guess. */
  readonly guessed: boolean;
}

/**
 * Makes a base address out of what a person typed or pasted: adds a missing scheme, drops an endpoint's path, adds a
 * missing version prefix; refuses what cannot be an address and what holds a credential, without repeating it.
 */
export function normaliseAddress(
  text: string,
  format: FormatName = 'openai-chat',
): Outcome<Address, CommandProblem> {
  const notes: string[] = [];
  const typed = text.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `${schemeFor(typed)}://${typed}`;
  if (!URL.canParse(withScheme)) return failed(malformed);
  const url = new URL(withScheme);
  const problem = refuse(url);
  if (problem) return failed(problem);
  if (withScheme !== typed) notes.push(`The address had no scheme; taken as ${url.protocol}//`);
  const path = dropEndpoint(url.pathname, notes);
  if (path !== '') return ok({ url: url.origin + path, notes, guessed: false });
  const prefix = BASE_PATHS[format];
  if (prefix === '') return ok({ url: url.origin, notes, guessed: false });
  const servers = prefix === '/v1' ? 'OpenAI-compatible servers answer' : `servers of ${format} answer`;
  notes.push(`The address had no path; added ${prefix}, where ${servers}`);
  return ok({ url: url.origin + prefix, notes, guessed: true });
}

/** True for this machine's own addresses, as `URL.hostname` writes them: what is sent there crosses no network. */
export function isThisMachine(hostname: string): boolean {
  return isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}

/** True when a key sent to this address could be read on the way. */
export function travelsInTheClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isThisMachine(hostname) && !isPrivate(hostname);
}

const malformed: CommandProblem = {
  what: 'That is no address.',
  why: 'a provider needs the base address of its API',
  fix: 'pass one like --url https://api.example.com/v1 or --url http://127.0.0.1:8080/v1',
};

function refuse(url: URL): CommandProblem | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { ...malformed, why: `gw speaks http and https, not ${url.protocol.slice(0, -1)}` };
  }
  if (url.username || url.password) {
    return {
      what: 'The address holds a user name or password.',
      why: 'addresses are shown in lists and logs, so a credential in one would leak',
      fix: 'leave it out of the address, and pass --key env:NAME',
    };
  }
  if (url.search || url.hash) {
    return {
      what: `The address has ${url.search ? 'a query (?…)' : 'a fragment (#…)'}.`,
      why: 'gw appends paths such as /chat/completions to it',
      fix: `pass --url ${url.origin}${url.pathname}; a key goes into --key env:NAME`,
    };
  }
  return undefined;
}

/** A host on this machine or network is spoken to in plain http, everything else is not. */
function schemeFor(typed: string): string {
  const host = /^(\[[^\]]*\]|[^/:]*)/.exec(typed)?.[0] ?? '';
  return isThisMachine(host) || isPrivate(host) ? 'http' : 'https';
}

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[f[cd]|\[fe80)/;

function isPrivate(host: string): boolean {
  if (isIP(host) || host.startsWith('[')) return PRIVATE.test(host);
  return !host.includes('.') || /\.(local|lan|internal|home\.arpa)$/.test(host);
}

const ENDPOINT =
  /\/(chat\/completions|completions|embeddings|models(\/[^/]+:\w+)?|responses|messages(\/count_tokens)?|api\/chat)$/;

function dropEndpoint(pathname: string, notes: string[]): string {
  const path = pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  const kept = path.replace(ENDPOINT, '');
  if (kept !== path)
    notes.push(`The address named one endpoint; kept the base, without ${path.slice(kept.length)}`);
  return kept;
}
