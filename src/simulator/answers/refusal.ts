import type { Script } from '../script.ts';
import { jsonScript } from '../script.ts';

/** A refusal in OpenAI's shape. */
export function refusal(
  status: number,
  message: string,
  code: string | null = null,
  param: string | null = null,
): Script {
  return jsonScript(status, { error: { message, type: 'invalid_request_error', param, code } });
}
