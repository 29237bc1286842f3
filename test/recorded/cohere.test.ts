import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Part } from '../../src/core/conversation.ts';
import { foldAnswer, type FoldedAnswer } from '../../src/formats/hub/fold.ts';
import { FORMATS } from '../../src/formats/index.ts';
import { breaches, decodeBody, decodeFrames, type Frame } from '../unit/formats/provider-format.ts';
import { bytesOf, hasRecordings, RECORDED, recordedExchanges } from './exchanges.ts';

const format = FORMATS['cohere-chat'];

interface Call {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments?: string | null };
}

interface Message {
  readonly tool_plan?: string;
  readonly content?: readonly { readonly text?: string; readonly thinking?: string }[];
  readonly tool_calls?: readonly Call[];
}

function told({ parts, finish, usage }: FoldedAnswer) {
  const of = (kind: Part['kind']): string =>
    parts.flatMap((part) => (part.kind === kind && 'text' in part ? [part.text] : [])).join('');
  return {
    text: of('text'),
    thought: of('reasoning'),
    calls: parts.flatMap((part) =>
      part.kind === 'call' ? [[part.id, part.name, JSON.parse(part.arguments || '{}')]] : [],
    ),
    raw: finish?.raw,
    input: usage?.input,
    output: usage?.output,
  };
}

/** A plain reading of a whole answer. */
function readWhole(body: {
  message: Message;
  finish_reason: string;
  usage: { tokens: Record<string, number> };
}) {
  const { message } = body;
  const content = message.content ?? [];
  return {
    text: content.map(({ text }) => text ?? '').join(''),
    thought: (message.tool_plan ?? '') + content.map(({ thinking }) => thinking ?? '').join(''),
    calls: (message.tool_calls ?? []).map(({ id, function: called }) => [
      id,
      called.name,
      JSON.parse(called.arguments ?? '{}') ?? {},
    ]),
    raw: body.finish_reason,
    input: body.usage.tokens['input_tokens'],
    output: body.usage.tokens['output_tokens'],
  };
}

describe.skipIf(!hasRecordings)('recorded answers of Cohere', () => {
  const isV2 = ({ request }: { readonly request: { readonly url: string } }): boolean =>
    request.url.includes('/v2/');
  const all = hasRecordings ? recordedExchanges('cohere.chat').filter(isV2) : [];

  test('are there', () => {
    expect(all.length).toBeGreaterThanOrEqual(13);
  });

  test.each(all)('$id', ({ response }) => {
    const text = bytesOf(response).toString();
    const events = decodeBody(format, text);
    expect(breaches(events)).toEqual([]);
    expect(told(foldAnswer(events))).toEqual(readWhole(JSON.parse(text)));
  });

  const folder = join(RECORDED, 'vercel-ai/cohere/src/__fixtures__');

  test.each(globSync(join(folder, '*.chunks.txt')).sort())('%s', (file) => {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    const events = decodeFrames(
      format,
      lines.map((line): Frame => [line]),
    );
    expect(breaches(events)).toEqual([]);
    const all = lines.map((line) => JSON.parse(line));
    const joined = (
      read: (message: {
        content?: { text?: string; thinking?: string };
        tool_plan?: string;
      }) => string | undefined,
    ): string => all.map(({ delta }) => read(delta?.message ?? {}) ?? '').join('');
    const { text, thought, calls, raw } = told(foldAnswer(events));
    expect(text).toBe(joined(({ content }) => content?.text));
    expect(thought).toBe(joined(({ content, tool_plan }) => content?.thinking ?? tool_plan));
    expect(calls).toHaveLength(all.filter(({ type }) => type === 'tool-call-start').length);
    expect(raw).toBe(all.at(-1).delta.finish_reason);
  });

  test.each(
    globSync(join(folder, 'cohere-{text,reasoning,tool-call,null-args,citations,max-tokens}.json')).sort(),
  )('%s', (file) => {
    const body = readFileSync(file, 'utf8');
    expect(told(foldAnswer(decodeBody(format, body)))).toEqual(readWhole(JSON.parse(body)));
  });
});
