import type { Capture, HeaderList, Hiding, MessageHead } from '../../core/capture.ts';
import type { RecordSettings } from '../../core/settings.ts';
import { formsOf, Secret } from '../../lib/secret.ts';
import type { Exchange } from '../exchange.ts';
import { credentialsIn, credentialsInQuery, isCredential, wordWithoutCredentials } from '../redact.ts';
import { CaptureDraft } from './capture-draft.ts';

/** Begins to collect what the exchange answers, where the profile asks for that. */
export function beginCapture(exchange: Exchange): void {
  const { capture, captureBytes } = exchange.fleet.settings.record;
  if (capture !== 'off') exchange.capture = new CaptureDraft(captureBytes);
}

/** What is kept of an exchange that ended; undefined where nothing is. */
export function finishCapture(exchange: Exchange): Capture | undefined {
  const { capture: draft, fleet } = exchange;
  if (draft === undefined || !isWanted(exchange, fleet.settings.record.capture)) return undefined;
  const { body, request } = exchange;
  const secrets = secretsOf(exchange);
  return {
    head: {
      url: withoutKeys(request.url ?? '', secrets),
      request: messageHead(request.rawHeaders, body.length, draft.limitBytes, secrets),
      answer: messageHead(draft.headers, draft.bytes, draft.limitBytes, secrets),
    },
    request: [body.subarray(0, draft.limitBytes)],
    answer: draft.chunks,
    hidden: secrets.flatMap(hidings),
  };
}

/** Something failed when the caller saw a failure, and also when another target saved it from that. */
function isWanted({ trail }: Exchange, capture: RecordSettings['capture']): boolean {
  if (trail.rehearsal === true || capture === 'off') return false;
  if (capture === 'all') return true;
  if (trail.outcome === 'failed' || trail.outcome === 'cut') return true;
  return trail.attempts.some(({ fault }) => fault !== undefined && fault !== 'client_gone');
}

/** The credentials that the caller sent, and those that the asked providers were sent and may have quoted. */
export function secretsOf({ request, trail, plan }: Exchange): readonly string[] {
  const asked = new Set(trail.attempts.map(({ target }) => target));
  const steps = plan?.compiled.steps.filter(({ target }) => asked.has(target)) ?? [];
  return [
    ...new Set([
      ...credentialsIn(request.rawHeaders).filter(isNoWord),
      ...credentialsInQuery(request.url ?? '').filter(isNoWord),
      ...steps.flatMap(({ credentials }) => credentials),
    ]),
  ];
}

/** Callers that need no key send a word in its place; taken out of a conversation, its sense would go too. */
function isNoWord(secret: string): boolean {
  return !/^[a-z]{1,15}$/i.test(secret);
}

function hidings(secret: string): Hiding[] {
  const shown = String(new Secret(secret));
  return [...formsOf(secret)].map((form) => [form, shown]);
}

function messageHead(
  headers: readonly string[],
  bytes: number,
  limitBytes: number,
  secrets: readonly string[],
): MessageHead {
  return { headers: headerList(headers, secrets), bytes, isCut: bytes > limitBytes };
}

function headerList(flat: readonly string[], secrets: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name = '', value = ''] = flat.slice(i, i + 2);
    list.push([name, isHidden(name) ? hiddenValue(value) : wordWithoutCredentials(value, secrets)]);
  }
  return list;
}

/** Cookies open doors too. How many tokens a provider has left is no secret. */
function isHidden(name: string): boolean {
  return (isCredential(name) || /cookie/i.test(name)) && !/ratelimit/i.test(name);
}

function hiddenValue(value: string): string {
  const [, scheme = '', secret = value] = /^(Bearer |Basic )?(.*)$/i.exec(value) ?? [];
  return scheme + String(new Secret(secret));
}

/** The address without parameters that are credentials, and without credentials in what is left. */
export function withoutKeys(url: string, secrets: readonly string[]): string {
  const query = url.indexOf('?');
  if (query === -1) return wordWithoutCredentials(url, secrets);
  const given = [...new URLSearchParams(url.slice(query))];
  const kept = new URLSearchParams(given.filter(([name]) => !isCredential(name)));
  const rest = kept.size === 0 ? '' : `?${kept.toString()}`;
  return wordWithoutCredentials(url.slice(0, query) + rest, secrets);
}
