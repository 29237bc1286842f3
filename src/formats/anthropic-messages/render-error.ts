import { FAULTS } from '../../core/fault.ts';
import type { ErrorReport } from '../../core/format.ts';
import { parseJson, stringField } from '../../lib/expect.ts';
import { readErrorWords } from '../hub/error-rules.ts';
import { withTrail } from '../hub/error-sentences.ts';
import { statusOfType, typeOfStatus } from './errors.ts';

/** How Claude Code recognises that it must shorten its conversation; other vendors' sentences it does not know. */
const TOO_LONG = 'prompt is too long';

/**
 * An error body in Anthropic's shape. What the provider itself said is kept; what gw did about it stands beside it under
 * `gw`, and in words at the end of the message.
 */
export function renderError(report: ErrorReport): Buffer {
  return Buffer.from(JSON.stringify(errorBody(report)));
}

/** The same as the event that ends a stream; the official SDKs raise an exception when they meet it. */
export function renderStreamError(report: ErrorReport): Buffer {
  return Buffer.from(`event: error\ndata: ${JSON.stringify(errorBody(report))}\n\n`);
}

function errorBody({ fault, status, id, tried }: ErrorReport): unknown {
  const said = readErrorWords(parseJson(fault.upstream?.body.toString('utf8') ?? ''));
  const type = errorType(fault.upstream?.body, status);
  const sentence = said.message ?? fault.message;
  const isOverflow = fault.code === 'context_overflow' && !sentence.includes(TOO_LONG);
  return {
    type: 'error',
    error: { type, message: withTrail(isOverflow ? `${TOO_LONG}: ${sentence}` : sentence, id, tried) },
    request_id: id,
    gw: { fault: fault.code, meaning: FAULTS[fault.code].sentence, tried },
  };
}

/** The SDKs take the class from the status and the category from the type, so the two must agree. */
function errorType(body: Buffer | undefined, status: number): string {
  const whole = body && parseJson(body.toString('utf8'));
  const said = stringField(isErrorAnswer(whole) ? whole.error : undefined, 'type');
  return said !== undefined && statusOfType(said) === status ? said : typeOfStatus(status);
}

function isErrorAnswer(value: unknown): value is { readonly error: unknown } {
  return typeof value === 'object' && value !== null && 'error' in value;
}
