import type { FaultCode } from '../../core/fault.ts';
import type { Format } from '../../core/format.ts';
import { readModelNames } from '../../core/model-list.ts';
import { field, parseJson, stringField } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { UpstreamAnswer } from './upstream-call.ts';

/** The names in a list of models; undefined when it is none. */
export function modelsIn(answer: UpstreamAnswer): string[] | undefined {
  return answer.status === 200 ? readModelNames(answer.text) : undefined;
}

/** True for an answer to a chat request, in the format of the question. */
export function isAnswer(format: Format, answer: UpstreamAnswer): boolean {
  if (answer.status !== 200) return false;
  const target = { provider: 'gw', model: '', quirks: [], maxOutput: undefined };
  const events = format.toProvider?.decodeAnswer(Buffer.from(answer.text), target) ?? [];
  return events.length > 0 && events.every(({ is }) => is !== 'error');
}

/** Which fault an answer means, by the rules of the provider's format: a bad key is a 400 at Google. */
export function faultIn(format: Format | undefined, answer: UpstreamAnswer): FaultCode | undefined {
  if (answer.status < 300) return undefined;
  const { status, contentType, text } = answer;
  return format?.classify({ status, contentType, body: Buffer.from(text) }).code;
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
