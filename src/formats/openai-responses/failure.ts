import { type Fault, fault } from '../../core/fault.ts';
import { field, isObject } from '../../lib/expect.ts';
import { classifyInside } from '../hub/openai-errors.ts';

/**
 * What went wrong, from an `error` event, a `response.failed` event, or a response object. OpenAI documents the `error`
 * event as flat (`code`, `message`) and sends it nested (`error: {…}`).
 */
export function readFailure(value: unknown): Fault | undefined {
  const response = field(value, 'response') ?? value;
  const error = field(value, 'error') ?? field(response, 'error');
  if (isObject(error) || typeof error === 'string') return classifyInside(error);
  if (field(value, 'type') === 'error') return classifyInside({ ...flat(value) });
  const status = field(response, 'status');
  return status === 'failed' || status === 'cancelled'
    ? fault('upstream_overloaded', `the provider reported an answer that is ${status}`)
    : undefined;
}

/** `type` of a flat event is `error` itself and says nothing. */
function flat(event: unknown): Record<string, unknown> {
  return { code: field(event, 'code'), message: field(event, 'message') };
}
