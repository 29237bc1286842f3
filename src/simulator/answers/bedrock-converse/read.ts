import type { Outcome } from '../../../core/outcome.ts';
import { field, numberField, stringField } from '../../../lib/expect.ts';
import { parseJson } from '../../../lib/expect.ts';
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
import { requestObjections } from './rules.ts';

/** The question of a Converse request, or what Amazon would refuse it for. */
export function readConverse(asked: Asked, identity: Identity): Outcome<Question, Objection> {
  return unless(requestObjections(asked.json, identity), () => questionOf(asked.json));
}

export function questionOf(json: unknown): Question {
  const config = field(json, 'toolConfig');
  const system = listOf(field(json, 'system')).map((block) => stringField(block, 'text') ?? '');
  const thinking = stringField(field(field(json, 'additionalModelRequestFields'), 'thinking'), 'type');
  return {
    turns: [{ by: 'system', text: system.join('\n') }, ...listOf(field(json, 'messages')).flatMap(turnsOf)],
    tools: toolsFrom(
      field(config, 'tools'),
      (tool) => stringField(field(tool, 'toolSpec'), 'name'),
      (tool) => field(field(field(tool, 'toolSpec'), 'inputSchema'), 'json'),
    ),
    choice: choiceOf(field(config, 'toolChoice')),
    parallel: true,
    limit: numberField(field(json, 'inferenceConfig'), 'maxTokens'),
    shape: shapeOf(json),
    thinks: thinking === 'enabled' || thinking === 'adaptive',
    count: 1,
  };
}

function turnsOf(message: unknown): readonly Turn[] {
  const content = listOf(field(message, 'content'));
  const results = content.flatMap((block): Turn[] => {
    const result = field(block, 'toolResult');
    return result === undefined ? [] : [{ by: 'tool', text: contentText(field(result, 'content')) }];
  });
  const said = textOf(content);
  const by = field(message, 'role') === 'assistant' ? 'model' : 'user';
  return said === '' && results.length > 0 ? results : [...results, { by, text: said }];
}

function contentText(content: unknown): string {
  return listOf(content)
    .map((block) => stringField(block, 'text') ?? resultText(field(block, 'json')))
    .join('');
}

function choiceOf(choice: unknown): ToolChoice {
  const name = stringField(field(choice, 'tool'), 'name');
  if (name !== undefined) return { is: 'named', name };
  return { is: field(choice, 'any') === undefined ? 'auto' : 'any' };
}

function shapeOf(json: unknown): AnswerShape {
  const format = field(field(json, 'outputConfig'), 'textFormat');
  const schema = field(field(field(format, 'structure'), 'jsonSchema'), 'schema');
  if (schema === undefined) return { is: 'text' };
  return { is: 'schema', schema: typeof schema === 'string' ? parseJson(schema) : schema };
}
