import { describe, expect, it } from 'vitest';

import type { Loss } from '../../src/core/conversation.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { bytesOf, hasRecordings, type RecordedExchange, recordedExchanges } from './exchanges.ts';

const format = CALLER_FORMATS['anthropic-messages'];

type Json = Record<string, unknown>;

const REQUESTS = hasRecordings
  ? recordedExchanges('anthropic.messages', 'vertex.anthropic').filter(
      ({ response }) => response.status === 200,
    )
  : [];

/** A request with all its shorthands written out and without what says nothing. */
function plain(request: Json): Json {
  const { messages, system, tools, tool_choice: choice, stream, thinking, temperature, ...rest } = request;
  const turns = (messages as Json[]).map((message) => ({
    role: message['role'],
    content: plainBlocks(message['content']),
  }));
  const merged: { role: unknown; content: unknown[] }[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last && last.role === turn.role) last.content.push(...turn.content);
    else merged.push(turn);
  }
  const made: Json = { ...rest, messages: merged };
  if (system !== undefined && plainBlocks(system).length > 0) made['system'] = plainBlocks(system);
  if (Array.isArray(tools) && tools.length > 0) made['tools'] = tools.map(plainTool);
  if (temperature !== undefined && temperature !== 1) made['temperature'] = temperature;
  if (stream === true) made['stream'] = true;
  const chosen = plainChoice(choice as Json | undefined);
  if (chosen) made['tool_choice'] = chosen;
  if (thinking !== undefined && (thinking as Json)['type'] !== 'disabled') made['thinking'] = thinking;
  return made;
}

function plainBlocks(content: unknown): unknown[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return (content as Json[]).map((block) => {
    const { caller: _, ...call } = block;
    if (block['type'] !== 'tool_result') return call;
    const { content: inner, is_error: isError, ...result } = block;
    const shown = inner === undefined ? [] : plainBlocks(inner);
    return {
      ...result,
      ...(shown.length > 0 && { content: shown }),
      ...(isError === true && { is_error: true }),
    };
  });
}

function plainTool(tool: Json): Json {
  const { type: _, strict, ...rest } = tool;
  return strict === true ? { ...rest, strict } : rest;
}

function plainChoice(choice: Json | undefined): Json | undefined {
  if (!choice) return undefined;
  const { disable_parallel_tool_use: single, ...rest } = choice;
  const made = single === true ? choice : rest;
  return made['type'] === 'auto' && single !== true ? undefined : made;
}

/** What a second reading may say in other words than the first, each with its reason. */
const REWORDED: Readonly<Record<string, string>> = {
  'test_anthropic_cache_count_tokens.yaml#1': 'the mark on the request is put on its last block',
  'test_anthropic_cache_real_api.yaml#0': 'the mark on the request is put on its last block',
  'test_anthropic_opus_46_features[effort].yaml#0': 'an effort alone is taken for a wish to think so hard',
};

function roundTrip(exchange: RecordedExchange): { readonly body: Json; readonly losses: readonly Loss[] } {
  const asked = JSON.parse(bytesOf(exchange.request).toString()) as Json;
  const url = /models\/([^:/]+):/.exec(exchange.request.url)?.[1];
  const model = (asked['model'] as string | undefined) ?? url ?? '';
  const decoded = format.toCaller?.decodeRequest(bytesOf(exchange.request), {
    model,
    stream: asked['stream'] === true,
    recall: () => undefined,
  });
  if (decoded?.is !== 'ok') throw new Error('not decoded');
  const request = format.toProvider?.encodeRequest(decoded.value, {
    provider: 'anthropic',
    model,
    quirks: exchange.api === 'vertex.anthropic' ? ['anthropic-vertex'] : [],
    maxOutput: undefined,
  });
  const body = JSON.parse(request?.body.toString() ?? '{}') as Json;
  return { body, losses: [...new Set([...decoded.value.losses, ...(request?.losses ?? [])])] };
}

describe.skipIf(!hasRecordings)('a recorded request to Anthropic', () => {
  let same = 0;

  for (const exchange of REQUESTS) {
    it(`${exchange.id} says the same after translation`, () => {
      const { body, losses } = roundTrip(exchange);
      const name = exchange.id.split('/').at(-1) ?? '';
      // What is lost is told; what is left is nobody's whole request.
      if (losses.length > 0 || REWORDED[name] !== undefined) return;
      same++;
      expect(plain(body)).toEqual(plain(JSON.parse(bytesOf(exchange.request).toString()) as Json));
    });
  }

  it('was compared in most cases', () => {
    expect(same).toBeGreaterThan(100);
  });
});
