import type { Outcome } from '../../../core/outcome.ts';
import { field, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { listOf, unless } from '../../content/objections.ts';
import {
  type AnswerShape,
  type Question,
  type ToolChoice,
  type Turn,
  resultText,
  textOf,
} from '../../content/question.ts';
import type { Objection } from '../../trouble.ts';
import { requestObjections } from './rules.ts';
import { declaredTools } from './tools.ts';

/** The question of a request to `/v1/responses`, or what OpenAI would refuse it for. */
export function readResponses(asked: Asked, identity: Identity): Outcome<Question, Objection> {
  const items = itemsOf(asked, identity);
  return unless(requestObjections(asked.json, items, identity), () => questionOf(asked.json, items));
}

/** The whole conversation as items: what the answer gone on from ended with, then the request's own. */
export function itemsOf({ json }: Asked, { kept }: Identity): readonly unknown[] {
  const previous = kept.get(stringField(json, 'previous_response_id') ?? '')?.items ?? [];
  const input = field(json, 'input');
  if (isString(input)) return [...previous, { role: 'user', content: input }];
  const own = listOf(input).map((item) => {
    if (field(item, 'type') !== 'item_reference') return item;
    return kept.item((candidate) => field(candidate, 'id') === field(item, 'id')) ?? item;
  });
  return [...previous, ...own];
}

function questionOf(json: unknown, items: readonly unknown[]): Question {
  const effort = stringField(field(json, 'reasoning'), 'effort');
  const summary = stringField(field(json, 'reasoning'), 'summary');
  const allowed = field(field(json, 'tool_choice'), 'tools');
  const tools = declaredTools(json, items);
  const names = listOf(allowed).map((tool) => stringField(tool, 'name'));
  return {
    turns: [{ by: 'system', text: stringField(json, 'instructions') ?? '' }, ...items.flatMap(turnsOf)],
    tools: names.length === 0 ? tools : tools.filter(({ name }) => names.includes(name)),
    choice: choiceOf(field(json, 'tool_choice')),
    parallel: field(json, 'parallel_tool_calls') !== false,
    limit: numberField(json, 'max_output_tokens'),
    shape: shapeOf(field(field(json, 'text'), 'format')),
    thinks: (effort !== undefined && effort !== 'none') || summary !== undefined,
    count: 1,
  };
}

function turnsOf(item: unknown): readonly Turn[] {
  if ((stringField(item, 'type') ?? '').endsWith('_output')) {
    return [{ by: 'tool', text: resultText(field(item, 'output')) }];
  }
  const role = stringField(item, 'role');
  if (role === undefined) return [];
  const by = role === 'assistant' ? 'model' : role === 'user' ? 'user' : 'system';
  return [{ by, text: textOf(field(item, 'content')) }];
}

function choiceOf(choice: unknown): ToolChoice {
  const kind = stringField(choice, 'type');
  if (kind === 'function' || kind === 'custom')
    return { is: 'named', name: stringField(choice, 'name') ?? '' };
  const mode = kind === 'allowed_tools' ? field(choice, 'mode') : choice;
  if (mode === 'none') return { is: 'none' };
  return { is: mode === 'required' ? 'any' : 'auto' };
}

function shapeOf(format: unknown): AnswerShape {
  const kind = stringField(format, 'type');
  if (kind === 'json_object') return { is: 'json' };
  return kind === 'json_schema' ? { is: 'schema', schema: field(format, 'schema') } : { is: 'text' };
}
