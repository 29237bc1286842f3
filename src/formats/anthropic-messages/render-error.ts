import { FAULTS } from '../../core/fault.ts';
import type { ErrorReport } from '../../core/format.ts';
import { parseJson } from '../../lib/expect.ts';
import { readErrorWords } from '../hub/error-rules.ts';
import { withTrail } from '../hub/error-sentences.ts';
import { typeOfStatus } from './errors.ts';

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
  const sentence = said.message ?? fault.message;
  const isOverflow = fault.code === 'context_overflow' && !sentence.includes(TOO_LONG);
  return {
    type: 'error',
    // The SDKs take the class from the status and the category from the type, so the two must agree.
    error: {
      type: typeOfStatus(status),
      message: withTrail(isOverflow ? `${TOO_LONG}: ${sentence}` : sentence, id, tried),
    },
    request_id: id,
    gw: { fault: fault.code, meaning: FAULTS[fault.code].sentence, tried },
  };
}
