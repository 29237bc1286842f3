import { type FaultCode, FAULTS } from '../../core/fault.ts';
import type { ErrorReport } from '../../core/format.ts';
import { isObject, parseJson, stringField } from '../../lib/expect.ts';
import { withTrail } from '../hub/error-sentences.ts';
import { errorIn } from './errors.ts';

/** `error.status` as Google spells it for the same HTTP status (google/rpc/code.proto). */
const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'RESOURCE_EXHAUSTED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  413: 'INVALID_ARGUMENT',
  415: 'INVALID_ARGUMENT',
  422: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Where the fault says more than the status it is sent with. */
const FAULT_WORDS: Partial<Record<FaultCode, string>> = {
  upstream_out_of_credit: 'RESOURCE_EXHAUSTED',
  forbidden_origin: 'PERMISSION_DENIED',
};

/**
 * An error body in Google's shape. What the provider itself said is kept (message, status word, details); what gw did
 * about it stands beside it as a `google.rpc.ErrorInfo`, and in words at the end of the message.
 */
export function renderError(report: ErrorReport): Buffer {
  return Buffer.from(errorText(report));
}

/** The same as a stream event: Google's SDK raises an exception for a chunk with an `error` (js-genai `_api_client.ts`). */
export function renderStreamError(report: ErrorReport): Buffer {
  return Buffer.from(`data: ${errorText(report)}\n\n`);
}

function errorText({ fault, status, id, tried }: ErrorReport): string {
  const { upstream } = fault;
  const said = upstream?.format === undefined ? saidBy(upstream?.body) : undefined;
  const word =
    FAULT_WORDS[fault.code] ?? STATUS_WORDS[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
  const details = said?.details ?? [];
  return JSON.stringify({
    error: {
      code: status,
      message: withTrail(said?.message ?? fault.message, id, tried),
      status: said?.status ?? word,
      details: [
        ...details,
        ...retryInfo(fault.retryAfterMs, details),
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: fault.code.toUpperCase(),
          domain: 'gw',
          // Values of this map are strings: it is one in the protocol buffer too.
          metadata: {
            meaning: FAULTS[fault.code].sentence,
            request_id: id,
            ...(tried.length > 0 && { tried: tried.join('\n') }),
          },
        },
      ],
    },
  });
}

/** How long to wait, as gemini-cli and others look for it; once only. */
function retryInfo(waitMs: number | undefined, details: readonly unknown[]): unknown[] {
  if (waitMs === undefined || details.some((detail) => stringField(detail, 'retryDelay') !== undefined))
    return [];
  const retryDelay = `${Number((waitMs / 1000).toFixed(3))}s`;
  return [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }];
}

interface SaidByProvider {
  readonly message: string | undefined;
  readonly status: string | undefined;
  readonly details: readonly unknown[];
}

function saidBy(body: Buffer | undefined): SaidByProvider | undefined {
  const error = body && errorIn(parseJson(body.toString('utf8')));
  if (!isObject(error)) return undefined;
  const { details } = error;
  return {
    message: stringField(error, 'message'),
    status: stringField(error, 'status'),
    details: Array.isArray(details) ? details : [],
  };
}
