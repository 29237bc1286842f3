import type { ErrorReport } from '../../core/format.ts';
import { openaiError } from '../hub/openai-error-body.ts';

/** An error body as the OpenAI API words it. */
export function renderError(report: ErrorReport): Buffer {
  return Buffer.from(JSON.stringify({ error: openaiError(report) }));
}

/**
 * The events that end a broken stream, in the order OpenAI sends them. The official SDKs raise an exception on the
 * first; Codex does not know it and reads what to do from the second. The error stands in both spellings: the
 * documentation has it flat, OpenAI sends it nested.
 */
export function renderStreamError(report: ErrorReport): Buffer {
  const error = openaiError(report);
  const code = typeof error.code === 'string' ? error.code : report.fault.code;
  const failed = { id: `resp_${report.id}`, object: 'response', status: 'failed', output: [] };
  return Buffer.from(
    event({ type: 'error', sequence_number: 0, code, message: error.message, param: error.param, error }) +
      event({
        type: 'response.failed',
        sequence_number: 0,
        response: { ...failed, error: { code: codeOfResponse(code), message: error.message } },
      }),
  );
}

/** What may stand as the error of a response is less than what may stand in an error answer. */
function codeOfResponse(code: string): string {
  const known = ['rate_limit_exceeded', 'insufficient_quota', 'context_length_exceeded', 'invalid_prompt'];
  return known.includes(code) ? code : 'server_error';
}

function event(body: Readonly<Record<string, unknown>> & { readonly type: string }): string {
  return `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`;
}
