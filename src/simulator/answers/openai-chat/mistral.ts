import { field, isString, stringField } from '../../../lib/expect.ts';
import { type Objections, listOf } from '../../content/objections.ts';
import type { Objection } from '../../trouble.ts';

// Who may speak after whom, as Mistral's API has it: a tool's result is the model's turn, never the user's.
const AFTER: Readonly<Record<string, readonly string[]>> = {
  start: ['system', 'user'],
  system: ['system', 'user'],
  user: ['user', 'assistant', 'system'],
  assistant: ['user', 'tool', 'system'],
  tool: ['tool', 'assistant'],
};

/** What Mistral refuses where OpenAI does not: ids of another shape, roles in another order. */
export function* mistralObjections(json: unknown): Objections {
  const messages = listOf(field(json, 'messages'));
  if (messages.length === 0) yield wrong('Conversation must have at least one message');
  let before = 'start';
  for (const message of messages) {
    const role = stringField(message, 'role') ?? '';
    if (!(AFTER[before] ?? []).includes(role)) {
      yield wrong(
        `Unexpected role '${role}' after role '${before}'`,
        'invalid_request_message_order',
        '3230',
      );
    }
    for (const call of listOf(field(message, 'tool_calls'))) yield* idObjections(field(call, 'id'));
    if (role === 'tool') yield* idObjections(field(message, 'tool_call_id'));
    before = role;
  }
  yield* countObjections(messages);
  const last = messages.at(-1);
  if (before === 'assistant' && field(last, 'prefix') !== true) {
    yield wrong(
      'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
    );
  }
}

function* idObjections(id: unknown): Objections {
  if (isString(id) && /^[a-zA-Z0-9]{9}$/.test(id)) return;
  yield wrong(`Tool call id was ${String(id)} but must be a-z, A-Z, 0-9, with a length of 9.`);
}

function* countObjections(messages: readonly unknown[]): Objections {
  let calls = 0;
  for (const message of [...messages, {}]) {
    if (stringField(message, 'role') === 'tool') calls--;
    else {
      if (calls !== 0) {
        yield wrong(
          'Not the same number of function calls and responses',
          'invalid_request_message_order',
          '3230',
        );
      }
      calls = listOf(field(message, 'tool_calls')).length;
    }
  }
}

function wrong(message: string, type = 'invalid_request_error', code: string | null = null): Objection {
  return { message, type, code, param: null };
}
