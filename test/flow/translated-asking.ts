import type { CallerFormatName } from '../../src/core/operation.ts';
import { field, parseJson, stringField } from '../../src/lib/expect.ts';
import type { Request } from './raw-client.ts';

const QUESTION = 'Tell me something.';

/** The smallest request of each format, as a plain HTTP client sends it. */
export function askIn(
  format: CallerFormatName,
  model: string,
  stream: boolean,
  more: Readonly<Record<string, unknown>> = {},
): Request {
  const said = { role: 'user', content: QUESTION };
  switch (format) {
    case 'openai-chat':
      return request('/v1/chat/completions', { model, messages: [said], stream, ...more });
    case 'openai-responses':
      return request('/v1/responses', { model, input: QUESTION, store: false, stream, ...more });
    case 'anthropic-messages':
      return {
        ...request('/v1/messages', { model, max_tokens: 4096, messages: [said], stream, ...more }),
        headers: { 'anthropic-version': '2023-06-01' },
      };
    case 'gemini': {
      const way = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
      const path = `/v1beta/models/${encodeURIComponent(model)}:${way}`;
      return request(path, { contents: [{ role: 'user', parts: [{ text: QUESTION }] }], ...more });
    }
  }
}

function request(path: string, body: unknown): Request {
  return { path, body: JSON.stringify(body) };
}

/** The words of a whole answer; undefined when it is none. */
export function wordsOf(format: CallerFormatName, body: string): string | undefined {
  const answer = parseJson(body);
  const texts = (list: unknown): string | undefined =>
    Array.isArray(list) ? list.map((part) => stringField(part, 'text') ?? '').join('') : undefined;
  switch (format) {
    case 'openai-chat': {
      const content = field(field(first(answer, 'choices'), 'message'), 'content');
      return typeof content === 'string' ? content : undefined;
    }
    case 'openai-responses':
      return field(answer, 'status') === 'completed'
        ? (texts(field(first(answer, 'output'), 'content')) ?? '')
        : undefined;
    case 'anthropic-messages':
      return texts(field(answer, 'content'));
    case 'gemini':
      return texts(field(field(first(answer, 'candidates'), 'content'), 'parts'));
  }
}

function first(value: unknown, name: string): unknown {
  const list = field(value, name);
  return Array.isArray(list) ? list[0] : undefined;
}
