import type { ErrorReport } from '../../core/format.ts';
import { openaiError } from '../hub/openai-error-body.ts';

/** An error body in OpenAI's shape. */
export function renderError(report: ErrorReport): Buffer {
  return Buffer.from(JSON.stringify({ error: openaiError(report) }));
}

/** The same as a stream event; the official SDKs raise an exception when a chunk has `error`. */
export function renderStreamError(report: ErrorReport): Buffer {
  return Buffer.from(`data: ${JSON.stringify({ error: openaiError(report) })}\n\n`);
}
