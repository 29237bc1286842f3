import type { Format } from '../core/format.ts';
import { isToken } from './arrival/local-token.ts';
import type { Exchange } from './exchange.ts';
import type { Step } from './fleet.ts';

/** Of the caller's headers only those that mean the same in any format. */
export function translatedHeaders(forwarded: readonly string[], spoken: Format): string[] {
  const kept: string[] = ['content-type', 'application/json', ...spoken.requestHeaders];
  for (let i = 0; i + 1 < forwarded.length; i += 2) {
    const name = forwarded[i] ?? '';
    if (/^(user-agent|traceparent|tracestate|baggage)$/i.test(name)) kept.push(name, forwarded[i + 1] ?? '');
  }
  return kept;
}

/** The provider's own headers, and where it takes the caller's own key, that too. */
export function credentialHeaders({ headers, fleet }: Exchange, step: Step): readonly string[] {
  if (step.provider.auth !== 'passthrough') return step.headers;
  const { token } = fleet.settings.listen;
  const { authorization, apiKey, apiKeyHeader } = headers;
  const sent: string[] = [];
  // The token is between the caller and gw: with it, whoever has it could call gw.
  if (authorization !== undefined && !(token && isToken(authorization, token)))
    sent.push('authorization', authorization);
  if (apiKey !== undefined && apiKeyHeader !== undefined && !(token && isToken(apiKey, token)))
    sent.push(apiKeyHeader, apiKey);
  return [...sent, ...step.headers];
}
