import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Part } from '../../src/core/conversation.ts';
import { foldAnswer, type FoldedAnswer } from '../../src/formats/hub/fold.ts';
import { FORMATS } from '../../src/formats/index.ts';
import { AwsEventReader } from '../../src/proxy/relay/aws-event-stream.ts';
import { breaches, decodeBody, decodeFrames, type Frame } from '../unit/formats/provider-format.ts';
import { bytesOf, hasRecordings, RECORDED, type RecordedExchange, recordedExchanges } from './exchanges.ts';

const format = FORMATS['bedrock-converse'];

/** What an independent, plain reading of an answer's blocks makes of it. */
interface Reading {
  text: string;
  thought: string;
  calls: { id: string; name: string; input: unknown }[];
  stop: string | undefined;
  usage: { input: number; output: number } | undefined;
}

interface Block {
  readonly text?: string;
  readonly toolUse?: {
    readonly toolUseId: string;
    readonly name: string;
    readonly input?: unknown;
    readonly type?: string;
  };
  readonly reasoningContent?: { readonly reasoningText?: { readonly text: string }; readonly text?: string };
}

type Usage = Readonly<Record<string, number>>;

function readWhole(body: {
  readonly output: { readonly message: { readonly content: readonly Block[] } };
  readonly stopReason: string;
  readonly usage: Usage;
}): Reading {
  const { content } = body.output.message;
  return {
    text: content.map(({ text }) => text ?? '').join(''),
    thought: content.map(({ reasoningContent }) => reasoningContent?.reasoningText?.text ?? '').join(''),
    calls: content.flatMap(({ toolUse }) =>
      toolUse && (toolUse.type ?? 'tool_use') === 'tool_use'
        ? [{ id: toolUse.toolUseId, name: toolUse.name, input: toolUse.input }]
        : [],
    ),
    stop: body.stopReason,
    usage: sum(body.usage),
  };
}

function sum(usage: Usage): Reading['usage'] {
  const cached = (usage['cacheReadInputTokens'] ?? 0) + (usage['cacheWriteInputTokens'] ?? 0);
  return { input: (usage['inputTokens'] ?? 0) + cached, output: usage['outputTokens'] ?? 0 };
}

function readStream(frames: readonly Frame[]): Reading {
  const reading: Reading = { text: '', thought: '', calls: [], stop: undefined, usage: undefined };
  const inputs = new Map<number, { call: Reading['calls'][number]; json: string }>();
  for (const [given, name] of frames) {
    const event = typeof given === 'string' ? JSON.parse(given) : given;
    if (
      name === 'contentBlockStart' &&
      event.start?.toolUse &&
      event.start.toolUse.type !== 'server_tool_use'
    ) {
      const call = { id: event.start.toolUse.toolUseId, name: event.start.toolUse.name, input: {} };
      reading.calls.push(call);
      inputs.set(event.contentBlockIndex, { call, json: '' });
    }
    if (name === 'contentBlockDelta') {
      reading.text += event.delta.text ?? '';
      reading.thought += event.delta.reasoningContent?.text ?? '';
      const open = inputs.get(event.contentBlockIndex);
      if (open) open.json += event.delta.toolUse?.input ?? '';
    }
    if (name === 'messageStop') reading.stop = event.stopReason;
    if (name === 'metadata') reading.usage = sum(event.usage);
  }
  for (const { call, json } of inputs.values()) call.input = json === '' ? {} : JSON.parse(json);
  return reading;
}

function told({ parts, finish, usage }: FoldedAnswer): Reading {
  const of = (kind: Part['kind']): string =>
    parts.flatMap((part) => (part.kind === kind && 'text' in part ? [part.text] : [])).join('');
  return {
    text: of('text'),
    thought: of('reasoning'),
    calls: parts.flatMap((part) =>
      part.kind === 'call'
        ? [{ id: part.id, name: part.name, input: JSON.parse(part.arguments || '{}') }]
        : [],
    ),
    stop: finish?.raw,
    usage: usage && { input: usage.input ?? 0, output: usage.output ?? 0 },
  };
}

function framesOf(bytes: Buffer): Frame[] {
  return new AwsEventReader().push(bytes).map(({ data, name }) => [data, name ?? '']);
}

const isOk = ({ response }: RecordedExchange): boolean => response.status === 200;

describe.skipIf(!hasRecordings)('recorded answers of Bedrock', () => {
  const whole = hasRecordings ? recordedExchanges('bedrock.converse') : [];
  const streamed = hasRecordings ? recordedExchanges('bedrock.converseStream') : [];

  test('are there', () => {
    expect(whole.filter(isOk).length).toBeGreaterThanOrEqual(85);
    expect(streamed.filter(isOk).length).toBeGreaterThanOrEqual(20);
  });

  test.each(whole.filter(isOk))('$id', ({ response }) => {
    const text = bytesOf(response).toString();
    const events = decodeBody(format, text);
    expect(breaches(events)).toEqual([]);
    expect(told(foldAnswer(events))).toEqual(readWhole(JSON.parse(text)));
  });

  test.each(streamed.filter(isOk))('$id', ({ response }) => {
    const frames = framesOf(bytesOf(response));
    const events = decodeFrames(format, frames);
    expect(frames.length).toBeGreaterThan(2);
    expect(breaches(events)).toEqual([]);
    expect(told(foldAnswer(events))).toEqual(readStream(frames));
  });

  test('that are errors are of the request, the key or the model', () => {
    const codes = [...whole, ...streamed]
      .filter((exchange) => !isOk(exchange))
      .map(
        ({ response }) =>
          format.classify({ status: response.status, contentType: undefined, body: bytesOf(response) }).code,
      );
    expect(codes.length).toBeGreaterThan(8);
    expect([...new Set(codes)].sort()).toEqual([
      'untranslatable',
      'upstream_model_missing',
      'upstream_refused_key',
      'upstream_rejected',
    ]);
  });

  const fixtures = globSync(join(RECORDED, 'vercel-ai/amazon-bedrock/src/__fixtures__/*.chunks.txt')).sort();

  test.each(fixtures)('%s', (file) => {
    const frames = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line): Frame => {
        const [[name, event] = ['', {}]] = Object.entries<object>(JSON.parse(line));
        return [event, name];
      });
    const events = decodeFrames(format, frames);
    expect(breaches(events)).toEqual([]);
    expect(told(foldAnswer(events))).toEqual(readStream(frames));
  });
});
