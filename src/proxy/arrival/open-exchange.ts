import type { IncomingMessage } from 'node:http';

import { CALLER_FORMATS } from '../../formats/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { CallerEnd } from '../caller-end.ts';
import { Exchange } from '../exchange.ts';
import type { Fleet } from '../fleet.ts';
import { TrailDraft } from '../trail-draft.ts';
import { clientName, KEPT_CHARACTERS, type ReadHeaders, readHeaders } from './headers.ts';
import { recognise } from './recognise.ts';
import { noteTrace } from './trace.ts';

/** Reads the head of a request, and makes the exchange and the trail that begin with it. */
export function openExchange(
  request: IncomingMessage,
  response: CallerEnd,
  parts: { readonly fleet: Fleet; readonly clock: Clock; readonly newId: () => string },
): Exchange {
  const { fleet, clock, newId } = parts;
  const headers = readHeaders(request.rawHeaders);
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  const recognised = recognise(method, url, headers.dialect);
  const trail = new TrailDraft({
    id: newId(),
    at: clock.now(),
    operation: recognised.is === 'operation' ? recognised.operation : 'models',
    format: recognised.format,
    method,
    path: query === -1 ? url : url.slice(0, query),
    client: clientOf(headers),
  });
  noteTrace(trail, headers);
  return new Exchange({
    request,
    response,
    headers,
    recognised,
    format: CALLER_FORMATS[trail.format],
    fleet,
    trail,
    clock,
  });
}

function clientOf({ userAgent, session, retryCount }: ReadHeaders): TrailDraft['client'] {
  const name = clientName(userAgent);
  if (session === undefined && retryCount === 0) return { name };
  return {
    name,
    ...(session !== undefined && { session: session.slice(0, KEPT_CHARACTERS) }),
    ...(retryCount > 0 && { retries: retryCount }),
  };
}
