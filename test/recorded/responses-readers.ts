import { createOpenAI } from '@ai-sdk/openai';
import OpenAI from 'openai';
import type { Response as Answer, ResponseStreamEvent } from 'openai/resources/responses/responses';

import type { AnswerEvent } from '../../src/core/answer.ts';
import type { Part } from '../../src/core/conversation.ts';
import type { Usage } from '../../src/core/usage.ts';
import { foldAnswer } from '../../src/formats/hub/fold.ts';
import { hasSpecs, Schemas } from './schema.ts';

/** What a reader gets out of an answer. */
export interface Gist {
  readonly text: string;
  readonly refusal: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly cut: string | undefined;
  readonly usage: Usage | undefined;
}

export function gistOfSdk(answer: Answer): Gist {
  const { output, usage } = answer;
  const content = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const reasoning = output.flatMap((item) => {
    if (item.type !== 'reasoning') return [];
    const thoughts = item.content ?? [];
    return (thoughts.length > 0 ? thoughts : item.summary)
      .map(({ text }) => text)
      .filter((text) => text !== '');
  });
  return {
    text: content.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    refusal: content.map((part) => (part.type === 'refusal' ? part.refusal : '')).join(''),
    reasoning: reasoning.join('\n\n'),
    calls: output.flatMap((item) => {
      if (item.type === 'function_call') return { name: item.name, arguments: parsed(item.arguments) };
      return item.type === 'custom_tool_call' ? { name: item.name, arguments: item.input } : [];
    }),
    cut: answer.status === 'incomplete' ? answer.incomplete_details?.reason : undefined,
    usage: usage && {
      input: usage.input_tokens,
      output: usage.output_tokens,
      ...(usage.input_tokens_details && { cacheRead: usage.input_tokens_details.cached_tokens }),
      ...(usage.output_tokens_details && { reasoning: usage.output_tokens_details.reasoning_tokens }),
    },
  };
}

export function gistOfEvents(events: readonly AnswerEvent[]): Gist {
  const { parts, usage, finish, fault } = foldAnswer(events);
  if (fault) throw new Error(fault.message);
  const all = (kind: Part['kind']): string[] =>
    parts.flatMap((part) => (part.kind === kind && 'text' in part && part.text !== '' ? [part.text] : []));
  const { cacheWrite: _, ...tokens } = usage ?? {};
  return {
    text: all('text').join(''),
    refusal: all('refusal').join(''),
    reasoning: all('reasoning').join('\n\n'),
    calls: parts.flatMap((part) =>
      part.kind === 'call'
        ? { name: part.name, arguments: part.custom ? part.arguments : parsed(part.arguments) }
        : [],
    ),
    cut: finish?.reason === 'length' ? 'max_output_tokens' : undefined,
    usage: usage && tokens,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function sdk(bytes: Buffer, contentType: string): OpenAI {
  return new OpenAI({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } })),
  });
}

export async function readStreamBySdk(
  bytes: Buffer,
): Promise<{ answer: Answer; events: ResponseStreamEvent[] }> {
  const stream = sdk(bytes, 'text/event-stream').responses.stream({ model: 'm', input: 'x' });
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return { answer: await stream.finalResponse(), events };
}

export async function readWholeBySdk(bytes: Buffer): Promise<Answer> {
  return sdk(bytes, 'application/json').responses.create({ model: 'm', input: 'x' });
}

/** What the AI SDK shows: neither custom input apart from arguments nor refusals as such. */
interface AiGist {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly tokens: readonly (number | undefined)[];
}

export async function readByAiSdk(text: string): Promise<AiGist> {
  const provider = createOpenAI({
    apiKey: 'x',
    fetch: () => Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } })),
  });
  const { stream } = await provider.responses('gpt-5').doStream({
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
    includeRawChunks: false,
  });
  const said = { text: '', reasoning: [] as string[] };
  const calls: { name: string; arguments: unknown }[] = [];
  let tokens: (number | undefined)[] = [];
  for await (const part of stream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') said.text += part.delta;
    if (part.type === 'reasoning-start') said.reasoning.push('');
    if (part.type === 'reasoning-delta') said.reasoning.push((said.reasoning.pop() ?? '') + part.delta);
    if (part.type === 'tool-call') calls.push({ name: part.toolName, arguments: parsed(part.input) });
    if (part.type === 'finish') tokens = [part.usage.inputTokens.total, part.usage.outputTokens.total];
  }
  const reasoning = said.reasoning.filter((thought) => thought !== '').join('\n\n');
  return { text: said.text, reasoning, calls, tokens };
}

export function gistForAiSdk({ text, refusal, reasoning, calls, usage }: Gist): AiGist {
  return { text: text + refusal, reasoning, calls, tokens: [usage?.input, usage?.output] };
}

const SPECS = hasSpecs
  ? ['openresponses-spec.json', 'openai/openapi.json'].map((file) => new Schemas(file))
  : [];

/** Where the specification is narrower than what OpenAI itself sends. */
const TOO_STRICT: readonly RegExp[] = [
  // It knows tools of the type `function` alone, and the request's own tools are repeated as they are.
  /^\/response\/tools\/\d+(: (name|description|parameters|strict) is missing|\/type: "(?!function"))/,
  // OpenAI sends it from the first event on.
  /^\/response\/usage: null is no object/,
  // It lets the schema of a JSON answer be null alone.
  /^\/response\/text\/format\/(type: "json_schema"|schema)/,
];

/** What OpenAI's own document and that of Open Responses find wrong with an event. */
export function problemsOf(event: ResponseStreamEvent): string[] {
  return SPECS.flatMap((specs) => {
    const schema = specs.ofEvent(event.type);
    const knowsCustom = specs.ofEvent('response.custom_tool_call_input.delta') !== undefined;
    const isCustom = JSON.stringify(event).includes('"custom_tool_call"');
    return schema === undefined || (isCustom && !knowsCustom) ? [] : specs.problems(schema, event);
  }).filter((problem) => !TOO_STRICT.some((pattern) => pattern.test(problem)));
}
