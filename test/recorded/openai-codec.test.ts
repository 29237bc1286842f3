import { describe, expect, it } from 'vitest';

import type { AnswerEvent } from '../../src/core/answer.ts';
import type { Conversation, Part, Turn } from '../../src/core/conversation.ts';
import type { AnswerEcho, TranslationTarget } from '../../src/core/format.ts';
import type { Quirk } from '../../src/core/profile.ts';
import { functionOf } from '../../src/formats/hub/custom-tool.ts';
import { decodeAnswer } from '../../src/formats/openai-chat/decode-answer.ts';
import { decodeRequest } from '../../src/formats/openai-chat/decode-request.ts';
import { decodeStream } from '../../src/formats/openai-chat/decode-stream.ts';
import { encodeAnswer } from '../../src/formats/openai-chat/encode-answer.ts';
import { encodeRequest } from '../../src/formats/openai-chat/encode-request.ts';
import { encodeStream } from '../../src/formats/openai-chat/encode-stream.ts';
import { SseReader } from '../../src/lib/sse.ts';
import { client, parsed, type Reading, readEvents, readWithSdk } from './chat-reading.ts';
import { bytesOf, hasRecordings, header, type RecordedExchange, recordedExchanges } from './exchanges.ts';

/** Recorded answers that are none, with the reason. */
const BROKEN: Readonly<Record<string, string>> = {
  'test_groq/test_tool_use_failed_error_streaming.yaml#0': 'an error event inside the stream',
  'test_groq/test_tool_use_failed_error_streaming_with_text.yaml#0': 'an error event inside the stream',
  'test_openai/test_invalid_response.yaml#0': 'a 200 without choices',
  'test_openai/test_text_response.yaml#0': 'a 200 that is plain text',
  'test_openrouter/test_openrouter_stream_error.yaml#0': 'an error event inside the stream',
};

/** Recorded requests with a file that chat completions have no place for, and the loss that tells of it. */
const UNTOLD: Readonly<Record<string, string>> = {
  '[direct-uploaded_file-document-openai_chat].yaml#1': 'stored-file',
  '[tool_return_content-uploaded_file-document-openai_chat].yaml#1': 'stored-file',
  '[direct-url-document-mistral].yaml#1': 'url',
  '[tool_return_content-url-document-mistral].yaml#1': 'url',
  'test_openrouter_document_url_no_force_download.yaml#0': 'url',
};

const CASES = (hasRecordings ? recordedExchanges('openai.chat') : []).filter(
  ({ response }) => response.status < 300 && bytesOf(response).length > 0,
);

function target(...quirks: Quirk[]): TranslationTarget {
  return { provider: 'recorded', model: 'another-model', quirks, maxOutput: undefined };
}

function isStream({ response }: RecordedExchange): boolean {
  const type = header(response, 'content-type') ?? '';
  return type.startsWith('text/event-stream') || /^(data|:)/.test(bytesOf(response).toString());
}

function decode(exchange: RecordedExchange, quirks: readonly Quirk[] = []): AnswerEvent[] {
  const bytes = bytesOf(exchange.response);
  if (!isStream(exchange)) return [...decodeAnswer(bytes, target(...quirks))];
  const decoder = decodeStream(target(...quirks));
  const reader = new SseReader();
  const events = [...reader.push(bytes), ...reader.push(Buffer.from('\n\n'))];
  return [
    ...events.flatMap(({ data, name }) => (data === undefined ? [] : decoder.push(data, name))),
    ...decoder.end(),
  ];
}

const CONVERSATION: Conversation = { turns: [], tools: [], stream: true, wantsUsage: true, losses: [] };

function echo(body: Buffer, conversation: Conversation = CONVERSATION): AnswerEcho {
  return { id: 'exchange', created: 1, model: 'served', conversation, body, path: '/chat/completions' };
}

describe.skipIf(!hasRecordings)('recorded answers of chat hosts, decoded', () => {
  it('are there', () => {
    expect(CASES.length).toBeGreaterThan(500);
  });

  for (const exchange of CASES) {
    it(exchange.id, async () => {
      const events = decode(exchange);
      const why = Object.entries(BROKEN).find(([end]) => exchange.id.endsWith(end))?.[1];
      if (why !== undefined) {
        expect(events.at(-1)?.is, why).toBe('error');
        return;
      }
      expect(events.at(-1)).toEqual({ is: 'end' });
      expect(events.filter(({ is }) => is === 'malformed' || is === 'error')).toEqual([]);
      const ours = readEvents(events);
      const theirs = await readWithSdk(bytesOf(exchange.response), isStream(exchange));
      expect(withoutXaiOutput(exchange, ours)).toEqual(withoutXaiOutput(exchange, theirs));
      await expectRewritten(events, ours);
    });
  }
});

/** xAI counts what was thought beside the completion; gw's figure has it inside. */
function withoutXaiOutput({ host }: RecordedExchange, read: Reading): Reading {
  return host === 'api.x.ai' ? { ...read, usage: read.usage.slice(0, 1) } : read;
}

/** What gw writes of it, whole and as a stream, says the same to the SDK's readers. */
async function expectRewritten(events: readonly AnswerEvent[], ours: Reading): Promise<void> {
  const whole = await readWithSdk(encodeAnswer(events, echo(Buffer.from('{}'))), false);
  const encoder = encodeStream(echo(Buffer.from('{}')));
  const stream = Buffer.from(events.map((event) => encoder.push(event)).join(''));
  const streamed = await readWithSdk(stream, true);
  for (const { finish: _, ...read } of [whole, streamed]) expect(read).toEqual(comparable(ours));
  expect(streamed.finish).toBe(whole.finish);
  expect(whole.finish === 'tool_calls').toBe(ours.calls.length > 0 && ours.finish !== 'length');
  const helper = client(stream, 'text/event-stream').chat.completions.stream({ model: 'm', messages: [] });
  const final = await helper.finalChatCompletion();
  expect(final.choices[0]?.message.content ?? '').toBe(ours.text);
}

function comparable({ text, reasoning, refusal, calls, usage }: Reading): Omit<Reading, 'finish'> {
  const known = usage.some((tokens) => tokens !== undefined);
  return { text, reasoning, refusal, calls, usage: known ? usage.map((tokens) => tokens ?? 0) : usage };
}

describe.skipIf(!hasRecordings)('recorded requests to chat hosts, decoded and encoded again', () => {
  const requests = (hasRecordings ? recordedExchanges('openai.chat') : []).flatMap((exchange) => {
    const body = bytesOf(exchange.request);
    const isRead = body.length > 0 && parsed(body.toString()) !== body.toString();
    return isRead ? [{ id: exchange.id, body }] : [];
  });

  for (const { id, body } of requests) {
    it(id, () => {
      const before = conversationOf(body);
      const host = target('cache-control', 'reasoning-content-back');
      const sent = encodeRequest(before, host);
      const after = conversationOf(sent.body);
      const untold = Object.entries(UNTOLD).find(([end]) => id.endsWith(end))?.[1];
      if (untold === undefined) expect(essence(after)).toEqual(essence(before));
      else expect(sent.losses).toContain(untold);
      expect(encodeRequest(before, host).body.equals(sent.body)).toBe(true);
      expect(encodeRequest(after, host).body.toString()).toBe(sent.body.toString());
    });
  }
});

function conversationOf(body: Buffer): Conversation {
  const stream = /"stream"\s*:\s*true/.test(body.toString());
  const decoded = decodeRequest(body, { model: 'm', stream, recall: () => undefined });
  if (decoded.is === 'failed') throw new Error(decoded.fault.message);
  return decoded.value;
}

/** What a request says, without what no other host is told, and with everything one speaker says as one turn. */
function essence(conversation: Conversation): unknown {
  const { turns, tools, toolChoice, parallelCalls, maxOutput, temperature, topP, stop, seed } = conversation;
  const { presencePenalty, frequencyPenalty, output, stream, reasoning } = conversation;
  const asked = tools.length > 0 ? { toolChoice, parallelCalls } : {};
  const shape = output?.kind === 'schema' ? { ...output, schema: parsed(output.schema) } : output;
  return {
    turns: essenceOfTurns(turns),
    tools: tools.map(functionOf).map((tool) => ({
      ...tool,
      schema: parsed(tool.schema ?? '{"type":"object","properties":{}}'),
    })),
    ...asked,
    effort: reasoning?.effort,
    sampling: { temperature, topP, seed, presencePenalty, frequencyPenalty },
    limits: { maxOutput, stop, output: shape, stream },
  };
}

interface Speech {
  role: string;
  text: string[];
  others: unknown[];
}

/** Results come right after the calls they answer, all of a turn together; a call's id only ties it to its result. */
function essenceOfTurns(turns: readonly Turn[]): Speech[] {
  const speeches: Speech[] = [];
  const ids = new Map<string, number>();
  for (const { role, parts } of turns) {
    const speaker = role === 'developer' ? 'system' : role;
    if (speeches.at(-1)?.role !== speaker) speeches.push({ role: speaker, text: [], others: [] });
    const speech = speeches.at(-1);
    for (const part of parts) {
      if (part.kind === 'call') ids.set(part.id, ids.size);
      if (part.kind === 'text') speech?.text.push(part.text);
      else speech?.others.push(essenceOfPart(part, ids));
    }
  }
  for (const speech of speeches) speech.text = [speech.text.filter((text) => text !== '').join('\n\n')];
  return speeches.filter(({ text, others }) => text[0] !== '' || others.length > 0);
}

function essenceOfPart(part: Part, ids: ReadonlyMap<string, number>): unknown {
  if (part.kind === 'call')
    return { ...part, id: ids.get(part.id), arguments: parsed(part.arguments), custom: undefined };
  // A file's name is demanded.
  if (part.kind === 'media' && part.media === 'file') return { ...part, name: part.name ?? 'file.pdf' };
  if (part.kind !== 'result') return part;
  const text = part.content.flatMap((inner) => (inner.kind === 'text' ? [inner.text] : [])).join('\n\n');
  return { result: ids.get(part.id), text: text === '' ? '(no output)' : text };
}
