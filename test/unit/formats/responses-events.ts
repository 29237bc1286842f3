import { expect } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import { TARGET, toProvider } from './responses-codec.ts';

export function decode(...events: readonly unknown[]): AnswerEvent[] {
  const decoder = toProvider.decodeStream(TARGET);
  const told = events.flatMap((event) =>
    decoder.push(typeof event === 'string' ? event : JSON.stringify(event), undefined),
  );
  return [...told, ...decoder.end()];
}

/** The events in a few letters: `open text`, `"delta"`, `close`, `finish stop`. */
export function brief(events: readonly AnswerEvent[]): string[] {
  return events.map((event) => {
    if (event.is === 'open')
      return `open ${event.part.kind}${event.part.kind === 'call' ? ` ${event.part.id}` : ''}`;
    if (event.is === 'delta') return JSON.stringify(event.text);
    if (event.is === 'finish') return `finish ${event.reason}`;
    return event.is === 'error' ? `error ${event.fault.code}` : event.is;
  });
}

export const created = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'gpt-5-2025', created_at: 7.5, status: 'in_progress', output: [] },
};
export const completed = (more: object = {}): object => ({
  type: 'response.completed',
  response: { id: 'resp_1', status: 'completed', output: [], ...more },
});
export const text = (delta: string, output_index = 0, content_index = 0): object => ({
  type: 'response.output_text.delta',
  output_index,
  content_index,
  delta,
});
export const args = (delta: string, output_index: number): object => ({
  type: 'response.function_call_arguments.delta',
  output_index,
  delta,
});
export const item = (kind: 'added' | 'done', output_index: number, fields: object): object => ({
  type: `response.output_item.${kind}`,
  output_index,
  item: fields,
});
export const call = (id: string, given = ''): object => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'f',
  arguments: given,
});
export const message = (...content: object[]): object => ({ type: 'message', id: 'msg_1', content });
export const outputText = (said: string, annotations: object[] = []): object => ({
  type: 'output_text',
  text: said,
  annotations,
});

/** Parts never overlap, deltas belong to one, and the answer ends once, in `end` or `error`. */
export function expectRules(events: readonly AnswerEvent[]): void {
  let open = false;
  events.forEach((event, index) => {
    if (event.is === 'open') expect(open).toBe(false);
    if (event.is === 'delta' || event.is === 'opaque' || event.is === 'citation') expect(open).toBe(true);
    if (event.is === 'open') open = true;
    if (event.is === 'close') open = false;
    if (event.is === 'end' || event.is === 'finish') expect(open).toBe(false);
    if (event.is === 'end' || event.is === 'error') expect(index).toBe(events.length - 1);
  });
  expect(['end', 'error']).toContain(events.at(-1)?.is);
}
