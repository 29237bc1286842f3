import type { CallPart, JsonText, Loss } from '../../core/conversation.ts';
import { isObject, parseJson } from '../../lib/expect.ts';
import { wrapInput } from './custom-tool.ts';

/** The arguments of an earlier call for a target that takes nothing but a JSON object. */
export function objectArguments(call: CallPart, losses: Set<Loss>): JsonText {
  if (call.custom === true) return wrapInput(call.arguments);
  const text = call.arguments.trim();
  if (text === '') return '{}';
  if (isObject(parseJson(text))) return text;
  losses.add('invalid-arguments');
  return '{}';
}
