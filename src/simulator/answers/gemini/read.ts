import type { Outcome } from '../../../core/outcome.ts';
import { field, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { listOf, unless } from '../../content/objections.ts';
import { type AnswerShape, type Question, type Turn, resultText, textOf } from '../../content/question.ts';
import { toolsFrom } from '../../content/tools.ts';
import type { Objection } from '../../trouble.ts';
import { either } from './fields.ts';
import { requestObjections } from './rules.ts';
import { demandsSignatures } from './signature.ts';

/** The question of a request for content, or what Google would refuse it for. */
export function readGemini(asked: Asked, identity: Identity): Outcome<Question, Objection> {
  return unless(requestObjections(asked, identity), () => questionOf(asked));
}

/** A request to count tokens holds another, or only its contents. */
export function countedText({ json }: Asked): string {
  const request = either(json, 'generateContentRequest') ?? json;
  return listOf(field(request, 'contents'))
    .map((content) => textOf(field(content, 'parts')))
    .join('\n');
}

function questionOf({ json, model }: Asked): Question {
  const config = either(json, 'generationConfig');
  const system = either(json, 'systemInstruction');
  return {
    turns: [{ by: 'system', text: systemText(system) }, ...listOf(field(json, 'contents')).flatMap(turnsOf)],
    ...toolsOf(json),
    parallel: true,
    limit: limitOf(config),
    shape: shapeOf(config),
    thinks: demandsSignatures(model) || isThinking(either(config, 'thinkingConfig')),
    count: 1,
  };
}

function systemText(system: unknown): string {
  if (isString(system)) return system;
  return listOf(field(system, 'parts'))
    .map((part) => stringField(part, 'text') ?? '')
    .join('\n');
}

function limitOf(config: unknown): number | undefined {
  return numberField(config, 'maxOutputTokens') ?? numberField(config, 'max_output_tokens');
}

function isThinking(thinking: unknown): boolean {
  if (thinking === undefined) return false;
  return either(thinking, 'thinkingBudget') !== 0;
}

/** Whether the caller wants to see what was thought. */
export function showsThoughts({ json }: Asked): boolean {
  return either(either(either(json, 'generationConfig'), 'thinkingConfig'), 'includeThoughts') === true;
}

/** A user's content may answer calls first and go on talking: two turns. What was thought is none. */
function turnsOf(content: unknown): readonly Turn[] {
  const parts = listOf(field(content, 'parts'));
  const results = parts.flatMap((part): Turn[] => {
    const result = either(part, 'functionResponse');
    return result === undefined ? [] : [{ by: 'tool', text: resultText(field(result, 'response')) }];
  });
  const said = textOf(parts.filter((part) => field(part, 'thought') !== true));
  const by = field(content, 'role') === 'model' ? 'model' : 'user';
  return said === '' && results.length > 0 ? results : [...results, { by, text: said }];
}

function toolsOf(json: unknown): Pick<Question, 'tools' | 'choice'> {
  const declared = listOf(field(json, 'tools')).flatMap((tool) =>
    listOf(either(tool, 'functionDeclarations')),
  );
  const tools = toolsFrom(
    declared,
    (tool) => stringField(tool, 'name'),
    (tool) => either(tool, 'parametersJsonSchema') ?? field(tool, 'parameters'),
  );
  const calling = either(either(json, 'toolConfig'), 'functionCallingConfig');
  const mode = stringField(calling, 'mode');
  const allowed = listOf(either(calling, 'allowedFunctionNames'));
  const offered = allowed.length === 0 ? tools : tools.filter(({ name }) => allowed.includes(name));
  if (mode === 'NONE') return { tools, choice: { is: 'none' } };
  return { tools: offered, choice: { is: mode === 'ANY' ? 'any' : 'auto' } };
}

function shapeOf(config: unknown): AnswerShape {
  const schema = either(config, 'responseJsonSchema') ?? either(config, 'responseSchema');
  if (schema !== undefined) return { is: 'schema', schema };
  return { is: either(config, 'responseMimeType') === 'application/json' ? 'json' : 'text' };
}
