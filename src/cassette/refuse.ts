import type { ServerResponse } from 'node:http';

import { type FaultCode, FAULTS, fault } from '../core/fault.ts';
import type { CallerFormatName } from '../core/operation.ts';
import { CALLER_FORMATS } from '../formats/index.ts';

/** Refuses a request in the caller's own format: what happened and why, and after it what to do. */
export function refuse(
  response: ServerResponse,
  format: CallerFormatName,
  code: FaultCode,
  why: string,
): void {
  const { status } = FAULTS[code];
  // There is no gw behind it that could tell more, so the request has no id.
  const report = { fault: fault(code, why), id: '', status, tried: [] };
  answer(response, status, CALLER_FORMATS[format].renderError(report));
}

/** Sends a whole answer. */
export function answer(response: ServerResponse, status: number, body: Buffer): void {
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  // What was not recorded will not be there at the next try either.
  response.writeHead(status, status < 400 ? headers : { ...headers, 'x-should-retry': 'false' });
  response.end(body);
}
