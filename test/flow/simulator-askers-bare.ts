import { type Asker, FUNCTIONS, KEY, parsed, SCHEMA, TOOL_NAMES } from './simulator-asker.ts';
import { readFrames } from './simulator-frames.ts';

/** A JSON answer of the bare protocols, whatever is in it. */
// oxlint-disable-next-line typescript/no-explicit-any -- three protocols without a library, read as they come
type Json = any;

async function post(url: string, body: unknown): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer;
}

const bedrock: Asker = {
  format: 'bedrock-converse',
  finishes: { stop: 'end_turn', limit: 'max_tokens', calls: 'tool_use' },
  counts: { cachedInInput: false, thoughtInOutput: true },
  async ask(origin, { model = 'm', system, question, stream, limit, tools, think }) {
    const address = `${origin}/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`;
    const answer = await post(address, {
      messages: [{ role: 'user', content: [{ text: question }] }],
      ...(system === undefined ? {} : { system: [{ text: system }] }),
      ...(limit === undefined ? {} : { inferenceConfig: { maxTokens: limit } }),
      ...(think
        ? { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } } }
        : {}),
      ...(tools
        ? {
            toolConfig: {
              tools: TOOL_NAMES.map((name) => ({ toolSpec: { name, inputSchema: { json: SCHEMA } } })),
            },
          }
        : {}),
    });
    const { content, stopReason, usage } = stream
      ? foldFrames(Buffer.from(await answer.arrayBuffer()))
      : await answer.json().then((whole: Json) => ({ ...whole, content: whole.output.message.content }));
    return {
      text: content.map((block: Json) => block.text ?? '').join(''),
      thought: content.map((block: Json) => block.reasoningContent?.reasoningText?.text ?? '').join(''),
      calls: content.flatMap(({ toolUse }: Json) =>
        toolUse ? [{ name: toolUse.name, input: toolUse.input }] : [],
      ),
      finish: stopReason,
      usage: { input: usage.inputTokens, output: usage.outputTokens, cached: usage.cacheReadInputTokens },
    };
  },
};

function foldFrames(bytes: Buffer): Json {
  const content: Json[] = [];
  let stopReason;
  let usage;
  for (const { headers, payload } of readFrames(bytes)) {
    const event: Json = payload;
    if (headers[':message-type'] === 'exception')
      throw new Error(`${headers[':exception-type']} ${event.message}`);
    const block = (content[event.contentBlockIndex] ??= {});
    switch (headers[':event-type'] ?? '') {
      case 'contentBlockStart':
        block.toolUse = { ...event.start.toolUse, text: '' };
        break;
      case 'contentBlockDelta': {
        const { text, toolUse, reasoningContent } = event.delta;
        if (text !== undefined) block.text = (block.text ?? '') + text;
        if (toolUse) block.toolUse.text += toolUse.input;
        if (reasoningContent) {
          const shown = (block.reasoningContent ??= { reasoningText: { text: '' } }).reasoningText;
          shown.text += reasoningContent.text ?? '';
          shown.signature ??= reasoningContent.signature;
        }
        break;
      }
      case 'messageStop':
        stopReason = event.stopReason;
        break;
      case 'metadata':
        usage = event.usage;
        break;
    }
  }
  for (const { toolUse } of content) if (toolUse) toolUse.input = parsed(toolUse.text);
  return { content, stopReason, usage };
}

const cohere: Asker = {
  format: 'cohere-chat',
  finishes: { stop: 'COMPLETE', limit: 'MAX_TOKENS', calls: 'TOOL_CALL' },
  counts: { cachedInInput: true, thoughtInOutput: true },
  async ask(origin, { model = 'm', system, question, stream, limit, tools, think }) {
    const answer = await post(`${origin}/v2/chat`, {
      model,
      stream,
      messages: [
        ...(system === undefined ? [] : [{ role: 'system', content: system }]),
        { role: 'user', content: question },
      ],
      ...(limit === undefined ? {} : { max_tokens: limit }),
      ...(think ? { thinking: { type: 'enabled' } } : {}),
      ...(tools ? { tools: FUNCTIONS } : {}),
    });
    const { message, finish_reason, usage }: Json = stream
      ? foldCohere(await answer.text())
      : await answer.json();
    return {
      text: (message.content ?? []).map((part: Json) => part.text ?? '').join(''),
      thought: (message.content ?? []).map((part: Json) => part.thinking ?? '').join(''),
      calls: (message.tool_calls ?? []).map((call: Json) => ({
        name: call.function.name,
        input: parsed(call.function.arguments),
      })),
      finish: finish_reason,
      usage: {
        input: usage.tokens.input_tokens,
        output: usage.tokens.output_tokens,
        cached: usage.cached_tokens,
      },
    };
  },
};

function foldCohere(text: string): Json {
  const message: Json = { content: [], tool_calls: [] };
  for (const [, data = ''] of text.matchAll(/^data: (.*)$/gm)) {
    const { type, index, delta }: Json = JSON.parse(data);
    const said = delta?.message;
    if (type === 'content-start') message.content[index] = said.content;
    if (type === 'content-delta') {
      for (const [name, token] of Object.entries(said.content)) message.content[index][name] += token;
    }
    if (type === 'tool-call-start') message.tool_calls[index] = said.tool_calls;
    if (type === 'tool-call-delta') {
      message.tool_calls[index].function.arguments += said.tool_calls.function.arguments;
    }
    if (type === 'message-end') return { message, ...delta };
  }
  throw new Error('the stream has no end');
}

const ollama: Asker = {
  format: 'ollama-chat',
  finishes: { stop: 'stop', limit: 'length', calls: 'stop' },
  counts: { cachedInInput: true, thoughtInOutput: true },
  async ask(origin, { model = 'm', system, question, stream, limit, tools, think }) {
    const answer = await post(`${origin}/api/chat`, {
      model,
      stream,
      messages: [
        ...(system === undefined ? [] : [{ role: 'system', content: system }]),
        { role: 'user', content: question },
      ],
      ...(limit === undefined ? {} : { options: { num_predict: limit } }),
      ...(think ? { think: true } : {}),
      ...(tools ? { tools: FUNCTIONS } : {}),
    });
    const lines: Json[] = (await answer.text())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const last = lines.at(-1);
    if (last.done !== true) throw new Error('the stream has no end');
    return {
      text: lines.map(({ message }) => message.content).join(''),
      thought: lines.map(({ message }) => message.thinking ?? '').join(''),
      calls: lines
        .flatMap(({ message }) => message.tool_calls ?? [])
        .map((call) => ({ name: call.function.name, input: call.function.arguments })),
      finish: last.done_reason,
      usage: { input: last.prompt_eval_count, output: last.eval_count },
    };
  },
};

/** Clients of the formats without a library here. */
export const BARE_ASKERS: readonly Asker[] = [bedrock, cohere, ollama];
