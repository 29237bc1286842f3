import { field, parseJson, stringField } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { UpstreamAnswer } from './upstream-call.ts';

/**
 * The names in a list of models (`{data: […]}`, a bare list as Together has it, or `{models: [{name}]}` with `models/`
 * before each name as Google does); undefined when it is none.
 */
export function modelsIn(answer: UpstreamAnswer): string[] | undefined {
  if (answer.status !== 200) return undefined;
  const parsed = parseJson(answer.text);
  const list = Array.isArray(parsed) ? parsed : (field(parsed, 'data') ?? field(parsed, 'models'));
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((item) => {
    const name = stringField(item, 'id') ?? stringField(item, 'name');
    return name === undefined ? [] : [name.replace(/^models\//, '')];
  });
}

/** True for an answer to a chat request. */
export function hasChoices(answer: UpstreamAnswer): boolean {
  const choices = field(parseJson(answer.text), 'choices');
  return answer.status === 200 && Array.isArray(choices) && choices.length > 0;
}

/** Newer OpenAI models refuse `max_tokens` with a 400 that names its successor; most other hosts know only the old. */
export function wantsNewTokenLimit(answer: UpstreamAnswer): boolean {
  return answer.status === 400 && answer.text.includes('max_completion_tokens');
}

const MESSAGE_CHARACTERS = 160;

/** What a provider's error body says, in one short line that is safe to show; undefined when it says nothing. */
export function errorText(answer: UpstreamAnswer): string | undefined {
  const parsed = parseJson(answer.text);
  const error = field(parsed, 'error');
  const text =
    stringField(error, 'message') ??
    (typeof error === 'string' ? error : undefined) ??
    stringField(parsed, 'message') ??
    stringField(parsed, 'detail');
  if (text === undefined || text.trim() === '') return undefined;
  const line = terminalSafe(text.trim()).replace(/ {2,}/g, ' ');
  return line.length > MESSAGE_CHARACTERS ? `${line.slice(0, MESSAGE_CHARACTERS - 1)}…` : line;
}

/** What kind of thing came instead of JSON. */
export function kindOfText(text: string): string {
  if (text.trim() === '') return 'an empty answer';
  if (/^\s*<(!doctype|html)/i.test(text)) return 'a web page';
  return parseJson(text) === undefined ? 'something that is not JSON' : 'JSON of another kind';
}
