import type { Context } from '../context.ts';
import { findToken, loadToken, tokenMissing } from './token.ts';
import { type Assignment, clientAssignments, spareFromProxy } from './variables.ts';

/**
 * What a command's clients need in their environment to ask at this address, gw's token among it where it wants one.
 *
 * @param address Of gw itself unless something stands before it, without a path.
 */
export async function childVariables(context: Context, address: string): Promise<Record<string, string>> {
  const token = findToken(context);
  const secret = token && (await loadToken(context, token));
  if (token && !secret) throw tokenMissing(token);
  const value = (one: Assignment): string => (one.is === 'text' ? one.value : (secret?.reveal() ?? ''));
  const assignments = clientAssignments(address, context.env, token);
  return {
    ...Object.fromEntries(assignments.map((one) => [one.name, value(one)])),
    ...spareFromProxy(address, context.env),
  };
}
