import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bytesOf, hasRecordings, header, type RecordedExchange, recordedExchanges } from './exchanges.ts';
import { contentTypeOf, openReplay, OTHER_MODEL, type Replay } from './replay.ts';

/** Recorded answers that are no whole answers; gw must not pass them off as such. */
const BROKEN: Readonly<Record<string, string>> = {
  'v1/chat_completion_streamed.yaml#0': 'events labelled as JSON',
  'v1/chat_completion_streamed_tokens.yaml#0': 'events labelled as JSON',
  'v1/chat_completion_tool_call_streamed.yaml#0': 'events labelled as JSON',
  'v1/completion_streamed.yaml#0': 'events labelled as JSON, to a request that asked for none',
  'test_groq/test_tool_use_failed_error_streaming.yaml#0':
    'an error event inside the stream, after reasoning was delivered',
  'test_groq/test_tool_use_failed_error_streaming_with_text.yaml#0': 'an error event inside the stream',
  'test_openai/test_invalid_response.yaml#0': 'a 200 without choices',
  'test_openai/test_text_response.yaml#0': 'a 200 that is plain text',
  'test_openrouter/test_openrouter_stream_error.yaml#0': 'an error event inside the stream',
};

const CASES = hasRecordings
  ? recordedExchanges(
      'openai.chat',
      'openai.completions',
      'openai.embeddings',
      'openai.images',
      'openai.moderations',
      'openai.audio',
    )
  : [];

let replay: Replay;

beforeAll(async () => {
  replay = await openReplay('openai-chat');
});

afterAll(() => replay.close());

describe.skipIf(!hasRecordings)('recorded OpenAI traffic', () => {
  it('is there', () => {
    expect(CASES.length).toBeGreaterThan(800);
  });

  for (const [index, exchange] of CASES.entries()) {
    const sent = bytesOf(exchange.request).toString('latin1');
    if (sent === '' || sent.endsWith('omitted]')) continue; // the recorder left the request out
    it(`${index} ${exchange.api} ${exchange.host} ${exchange.id}`, () => check(exchange));
  }
});

async function check(exchange: RecordedExchange): Promise<void> {
  replay.play(exchange);
  const sent = bytesOf(exchange.request);
  const contentType = header(exchange.request, 'content-type');
  const answer = await replay.ask({
    path: pathOf(exchange),
    body: sent,
    ...(contentType !== undefined && { contentType }),
  });
  const theirs = bytesOf(exchange.response);
  if (exchange.response.status >= 400) {
    expect(answer.status).toBe(exchange.response.status);
    expect(answer.body.toString()).toBe(theirs.toString());
    return;
  }
  const broken = Object.entries(BROKEN).find(([end]) => exchange.id.endsWith(end))?.[1];
  if (broken !== undefined) {
    expect(replay.trail?.outcome, broken).not.toBe('served');
    return;
  }
  expect(replay.trail?.message).toBeUndefined();
  expect(replay.received.body.toString('latin1')).toBe(expectedRequest(sent, exchange));
  expect(answer.body.toString('latin1')).toBe(withoutOwnUsage(theirs, sent));
  await compareUsage(exchange, theirs);
}

/** The recorded request with another model, without its own list of fallbacks, and on streams with usage asked for. */
function expectedRequest(sent: Buffer, exchange: RecordedExchange): string {
  const text = sent.toString('latin1');
  if (!(header(exchange.request, 'content-type') ?? 'application/json').includes('json')) {
    return text.replace(/(name="model"\r\n(?:[^\r\n]+\r\n)*\r\n)[^\r\n]*/, `$1${OTHER_MODEL}`);
  }
  const own = text.replace(/"(models|fallbacks)"\s*:\s*\[[^\]]*\]\s*,\s*/, '');
  const renamed = own.replace(/("model"\s*:\s*)("[^"]*"|null)/, `$1"${OTHER_MODEL}"`);
  if (!asksForUsage(sent)) return renamed;
  if (renamed.includes('"stream_options"'))
    return renamed.replace('"include_usage":false', '"include_usage":true');
  return renamed.replace(/("stream"\s*:\s*true)/, '$1,"stream_options":{"include_usage":true}');
}

/** gw asks for usage on a stream whose caller did not. */
function asksForUsage(sent: Buffer): boolean {
  try {
    const asked = JSON.parse(sent.toString()) as {
      stream?: boolean;
      stream_options?: { include_usage?: boolean };
    };
    return asked.stream === true && asked.stream_options?.include_usage !== true;
  } catch {
    return false;
  }
}

/** What gw asked for on its own account it takes out again. */
function withoutOwnUsage(theirs: Buffer, sent: Buffer): string {
  const text = theirs.toString('latin1');
  if (!asksForUsage(sent)) return text;
  return text
    .split(/(?<=\n\r?\n)/)
    .filter((event) => !(/"choices"\s*:\s*\[\s*\]/.test(event) && /"usage"\s*:\s*\{/.test(event)))
    .join('');
}

/** The tokens gw counted are those the official SDK reads from the same bytes. */
async function compareUsage(exchange: RecordedExchange, theirs: Buffer): Promise<void> {
  if (exchange.api !== 'openai.chat') return;
  const client = new OpenAI({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(new Uint8Array(theirs), { headers: { 'content-type': contentTypeOf(exchange) } }),
      ),
  });
  const body = { model: 'm', messages: [] };
  let usage: OpenAI.CompletionUsage | null | undefined;
  if (contentTypeOf(exchange).startsWith('text/event-stream')) {
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true }))
      usage = chunk.usage ?? usage;
  } else {
    usage = (await client.chat.completions.create(body)).usage;
  }
  if (!usage || usage.prompt_tokens === undefined) return;
  expect(replay.trail?.usage?.input).toBe(usage.prompt_tokens);
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const apart = usage.total_tokens === usage.prompt_tokens + usage.completion_tokens + reasoning;
  expect(replay.trail?.usage?.output).toBe(usage.completion_tokens + (apart ? reasoning : 0));
}

function pathOf({ api, request }: RecordedExchange): string {
  const url = new URL(request.url.startsWith('http') ? request.url : 'https://host/v1/chat/completions');
  return `/v1${PATHS[api] ?? url.pathname.slice(url.pathname.indexOf('/v1') + 3)}`;
}

const PATHS: Readonly<Record<string, string>> = {
  'openai.chat': '/chat/completions',
  'openai.completions': '/completions',
  'openai.embeddings': '/embeddings',
  'openai.moderations': '/moderations',
};
