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
import { toolsFrom } from '../../content/tools.ts';
import type { Objection } from '../../trouble.ts';
import { countObjections, requestObjections } from './rules.ts';

/** The question of a messages request, or what Anthropic would refuse it for. */
export function readMessages(asked: Asked, identity: Identity): Outcome<Question, Objection> {
  return unless(requestObjections(asked, identity), () => questionOf(asked.json));
}

/** The question of a request to count tokens, which needs no limit. */
export function readCount(asked: Asked, identity: Identity): Outcome<Question, Objection> {
  return unless(countObjections(asked, identity), () => questionOf(asked.json));
}

function questionOf(json: unknown): Question {
  const choice = field(json, 'tool_choice');
  const thinking = stringField(field(json, 'thinking'), 'type');
  return {
    turns: [
      { by: 'system', text: systemText(field(json, 'system')) },
      ...listOf(field(json, 'messages')).flatMap(turnsOf),
    ],
    tools: toolsFrom(
      field(json, 'tools'),
      (tool) => (field(tool, 'input_schema') === undefined ? undefined : stringField(tool, 'name')),
      (tool) => field(tool, 'input_schema'),
    ),
    choice: choiceOf(choice),
    parallel: field(choice, 'disable_parallel_tool_use') !== true,
    limit: numberField(json, 'max_tokens'),
    shape: shapeOf(json),
    thinks: thinking === 'enabled' || thinking === 'adaptive',
    count: 1,
  };
}

/** Blocks of a system prompt are paragraphs of one text. */
function systemText(system: unknown): string {
  return Array.isArray(system) ? system.map((block) => textOf([block])).join('\n') : textOf(system);
}

/** A user's message may answer calls first and go on talking after that: two turns. */
function turnsOf(message: unknown): readonly Turn[] {
  const content = field(message, 'content');
  const role = stringField(message, 'role');
  const by = role === 'assistant' ? 'model' : role === 'system' ? 'system' : 'user';
  if (isString(content)) return [{ by, text: content }];
  const results = listOf(content).filter((block) => stringField(block, 'type') === 'tool_result');
  const tools = results.map((block): Turn => ({ by: 'tool', text: resultText(field(block, 'content')) }));
  const said = listOf(content).filter((block) => stringField(block, 'type') === 'text');
  return said.length === 0 && tools.length > 0 ? tools : [...tools, { by, text: textOf(said) }];
}

function choiceOf(choice: unknown): ToolChoice {
  const kind = stringField(choice, 'type');
  if (kind === 'tool') return { is: 'named', name: stringField(choice, 'name') ?? '' };
  return { is: kind === 'any' || kind === 'none' ? kind : 'auto' };
}

function shapeOf(json: unknown): AnswerShape {
  const format = field(field(json, 'output_config'), 'format') ?? field(json, 'output_format');
  if (stringField(format, 'type') !== 'json_schema') return { is: 'text' };
  return { is: 'schema', schema: field(format, 'schema') };
}
