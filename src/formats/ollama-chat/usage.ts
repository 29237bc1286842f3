import type { Usage } from '../../core/usage.ts';
import { numberField } from '../../lib/expect.ts';

/**
 * Reads the counts of an answer's last message (https://github.com/ollama/ollama/blob/main/docs/api.md#response). A count
 * of 0 is left out by the server and so is absent here too. Junk is treated as not said.
 */
export function readUsage(value: unknown): Usage | undefined {
  const input = count(value, 'prompt_eval_count');
  const output = count(value, 'eval_count');
  if (input === undefined && output === undefined) return undefined;
  return { ...(input !== undefined && { input }), ...(output !== undefined && { output }) };
}

function count(value: unknown, name: string): number | undefined {
  const found = numberField(value, name);
  return found !== undefined && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}
