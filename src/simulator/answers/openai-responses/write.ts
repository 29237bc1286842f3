import { field } from '../../../lib/expect.ts';
import { SSE, type Told, type Voice } from '../../content/converse.ts';
import { type Event, type Timeline, timelineOf } from '../../event.ts';
import { RESPONSES_ERRORS } from './errors.ts';
import { itemsOf, readResponses } from './read.ts';
import {
  type Item,
  incompleteReason,
  itemBody,
  itemsOfReply,
  responseId,
  responseOf,
  textPart,
} from './response.ts';

/** `POST /v1/responses`. */
export const RESPONSES_VOICE: Voice = {
  errors: RESPONSES_ERRORS,
  read: readResponses,
  whole: (told) => finished(told),
  timeline,
  streaming: ({ json }) => (field(json, 'stream') === true ? SSE : undefined),
};

/** The whole answer; kept, unless the caller does not want that, for a request that goes on from it. */
function finished(told: Told): unknown {
  const { asked, identity } = told;
  const items = itemsOfReply(told);
  const reason = incompleteReason(told);
  const output = items.map((item, index) =>
    itemBody(item, true, reason !== undefined && index === items.length - 1 ? 'incomplete' : 'completed'),
  );
  const body = responseOf(told, output, 'finished');
  if (field(asked.json, 'store') !== false) {
    identity.kept.keep(responseId(told), { items: [...itemsOf(asked, identity), ...output], body });
  }
  return body;
}

type Maker = (part: Event['part'], type: string, rest: object) => Event;

function timeline(told: Told): Timeline {
  let sequence_number = 0;
  const make: Maker = (part, type, rest) => ({
    part,
    name: type,
    value: { type, ...rest, sequence_number: sequence_number++ },
  });
  const begun = responseOf(told, [], 'in_progress');
  const events = [
    make('opening', 'response.created', { response: begun }),
    make('opening', 'response.in_progress', { response: begun }),
  ];
  itemsOfReply(told).forEach((item, output_index) => events.push(...itemEvents(make, item, output_index)));
  const type = incompleteReason(told) === undefined ? 'response.completed' : 'response.incomplete';
  events.push(make('done', type, { response: finished(told) }));
  return timelineOf(events);
}

function itemEvents(make: Maker, item: Item, output_index: number): readonly Event[] {
  return [
    make('opening', 'response.output_item.added', { output_index, item: itemBody(item, false) }),
    ...innerEvents(make, item, output_index),
    make('closing', 'response.output_item.done', { output_index, item: itemBody(item, true) }),
  ];
}

function innerEvents(make: Maker, item: Item, output_index: number): readonly Event[] {
  switch (item.is) {
    case 'reasoning':
      return reasoningEvents(make, item, output_index);
    case 'message':
      return messageEvents(make, item, output_index);
    case 'call':
      return callEvents(make, item, output_index);
  }
}

function reasoningEvents(make: Maker, { id, tokens }: Item, output_index: number): readonly Event[] {
  if (tokens.length === 0) return [];
  const at = { item_id: id, output_index, summary_index: 0 };
  const text = tokens.join('');
  const name = 'response.reasoning_summary';
  return [
    make('opening', `${name}_part.added`, { ...at, part: { type: 'summary_text', text: '' } }),
    ...tokens.map((delta) => make('token', `${name}_text.delta`, { ...at, delta })),
    make('closing', `${name}_text.done`, { ...at, text }),
    make('closing', `${name}_part.done`, { ...at, part: { type: 'summary_text', text } }),
  ];
}

function messageEvents(make: Maker, { id, tokens }: Item, output_index: number): readonly Event[] {
  const at = { item_id: id, output_index, content_index: 0 };
  const text = tokens.join('');
  return [
    make('opening', 'response.content_part.added', { ...at, part: textPart('') }),
    ...tokens.map((delta) => make('token', 'response.output_text.delta', { ...at, delta, logprobs: [] })),
    make('closing', 'response.output_text.done', { ...at, text, logprobs: [] }),
    make('closing', 'response.content_part.done', { ...at, part: textPart(text) }),
  ];
}

function callEvents(
  make: Maker,
  { id, tokens, takesText }: Extract<Item, { is: 'call' }>,
  output_index: number,
): readonly Event[] {
  const at = { item_id: id, output_index };
  const name = `response.${takesText ? 'custom_tool_call_input' : 'function_call_arguments'}`;
  const given = tokens.join('');
  return [
    ...tokens.map((delta) => make('token', `${name}.delta`, { ...at, delta })),
    make('closing', `${name}.done`, { ...at, ...(takesText ? { input: given } : { arguments: given }) }),
  ];
}
