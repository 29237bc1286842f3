import type { ErrorShape, Objection } from '../../trouble.ts';
import { OPENAI_ERRORS, openaiError } from '../openai-chat/errors.ts';

const INVALID = 'invalid_request_error';

/** How OpenAI refuses at `/v1/responses`: as elsewhere, but for unknown models, and inside of streams. */
export const RESPONSES_ERRORS: ErrorShape = {
  ...OPENAI_ERRORS,
  words: {
    ...OPENAI_ERRORS.words,
    model: {
      status: 400,
      message: "The requested model '$model' does not exist.",
      type: INVALID,
      code: 'model_not_found',
      param: 'model',
    },
  },
  // The recorded stream that failed said it twice: an error event, then the response as failed.
  events: (trouble) => {
    const { message } = trouble;
    const code = trouble.asked.code ?? trouble.words.code ?? trouble.words.type ?? 'server_error';
    const response = {
      id: 'resp_failed',
      object: 'response',
      created_at: 1_760_000_000,
      status: 'failed',
      model: 'sim',
      output: [],
      error: { code, message },
      incomplete_details: null,
      usage: null,
    };
    return [
      {
        part: 'noise',
        name: 'error',
        value: { type: 'error', sequence_number: 0, error: openaiError(trouble) },
      },
      {
        part: 'noise',
        name: 'response.failed',
        value: { type: 'response.failed', sequence_number: 1, response },
      },
    ];
  },
};

/** A request that is wrong, in OpenAI's words. */
export function wrong(message: string, code: string | null, param: string | null, status = 400): Objection {
  return { status, message, type: INVALID, code, param };
}

export function missing(param: string): Objection {
  return wrong(`Missing required parameter: '${param}'.`, 'missing_required_parameter', param);
}

export function invalidValue(param: string, value: unknown, known: readonly string[]): Objection {
  const listed = known.map((word) => `'${word}'`);
  const text =
    listed.length < 3
      ? listed.join(' and ')
      : `${listed.slice(0, -1).join(', ')}, and ${listed.at(-1) ?? ''}`;
  return wrong(`Invalid value: '${String(value)}'. Supported values are: ${text}.`, 'invalid_value', param);
}
