import type { FormatName } from '../../../src/core/operation.ts';
import type { Frame } from './provider-format.ts';

/** One answer, as a whole and as a stream, with something in it that no part can hold, or only some. */
export interface Sample {
  readonly format: FormatName;
  readonly what: string;
  readonly whole: object;
  readonly stream: readonly Frame[];
  readonly losses: readonly string[];
  /** The kinds of the parts that are carried. */
  readonly carried: readonly string[];
}

const messageStart = { type: 'message_start', message: { id: 'm', model: 'c', usage: {} } };
const messageEnd: readonly Frame[] = [
  [{ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: {} }],
  [{ type: 'message_stop' }],
];

/** @param blocks As they begin, and what follows of each. */
export function anthropic(
  what: string,
  losses: readonly string[],
  carried: readonly string[],
  blocks: readonly { readonly block: object; readonly begun?: object; readonly deltas?: readonly object[] }[],
): Sample {
  const frames = blocks.flatMap(({ block, begun = block, deltas = [] }, index): Frame[] => [
    [{ type: 'content_block_start', index, content_block: begun }],
    ...deltas.map((delta): Frame => [{ type: 'content_block_delta', index, delta }]),
    [{ type: 'content_block_stop', index }],
  ]);
  const content = blocks.map(({ block }) => block);
  return {
    format: 'anthropic-messages',
    what,
    whole: { id: 'm', type: 'message', model: 'c', content, stop_reason: 'end_turn', usage: {} },
    stream: [[messageStart], ...frames, ...messageEnd],
    losses,
    carried,
  };
}

export function responses(
  what: string,
  losses: readonly string[],
  carried: readonly string[],
  output: readonly object[],
): Sample {
  const response = { id: 'r', model: 'g', status: 'completed', output };
  const done = output.map((item, output_index): Frame => [
    { type: 'response.output_item.done', output_index, item },
  ]);
  return {
    format: 'openai-responses',
    what,
    whole: response,
    stream: [...done, [{ type: 'response.completed', response }]],
    losses,
    carried,
  };
}

export function gemini(
  what: string,
  losses: readonly string[],
  carried: readonly string[],
  parts: readonly object[],
  more: object = {},
): Sample {
  const chunk = (some: readonly object[], rest: object): object => ({
    candidates: [{ content: { role: 'model', parts: some }, ...rest }],
  });
  return {
    format: 'gemini',
    what,
    whole: chunk(parts, { finishReason: 'STOP', ...more }),
    stream: [
      ...parts.map((part): Frame => [chunk([part], {})]),
      [chunk([], { finishReason: 'STOP', ...more })],
    ],
    losses,
    carried,
  };
}

const bedrockEnd: readonly Frame[] = [
  [{ stopReason: 'end_turn' }, 'messageStop'],
  [{ usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } }, 'metadata'],
];

export function bedrock(
  what: string,
  losses: readonly string[],
  carried: readonly string[],
  content: readonly object[],
  blocks: readonly { readonly start?: object; readonly deltas: readonly object[] }[],
): Sample {
  const frames = blocks.flatMap(({ start, deltas }, contentBlockIndex): Frame[] => [
    ...(start ? [[{ contentBlockIndex, start }, 'contentBlockStart'] as const] : []),
    ...deltas.map((delta): Frame => [{ contentBlockIndex, delta }, 'contentBlockDelta']),
    [{ contentBlockIndex }, 'contentBlockStop'],
  ]);
  return {
    format: 'bedrock-converse',
    what,
    whole: { output: { message: { role: 'assistant', content } }, stopReason: 'end_turn', usage: {} },
    stream: [[{ role: 'assistant' }, 'messageStart'], ...frames, ...bedrockEnd],
    losses,
    carried,
  };
}

export const text = { type: 'text', text: 'Hi', citations: null };
export const begunText = {
  block: text,
  begun: { type: 'text', text: '' },
  deltas: [{ type: 'text_delta', text: 'Hi' }],
};
export const placeless = { type: 'char_location', cited_text: 'a', document_index: 0 };
export const said = (...annotations: object[]): object => ({
  type: 'message',
  content: [{ type: 'output_text', text: 'Hi', annotations }],
});
export const draw = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
export const place = { documentChar: { documentIndex: 0, start: 0, end: 1 } };

export function cohere(source: object, losses: readonly string[]): Sample {
  const citation = { start: 0, end: 2, text: 'Hi', sources: [source] };
  return {
    format: 'cohere-chat',
    what: `a source of the kind ${JSON.stringify(source)}`,
    whole: {
      id: 'c',
      finish_reason: 'COMPLETE',
      message: { role: 'assistant', content: [{ type: 'text', text: 'Hi' }], citations: [citation] },
    },
    stream: [
      [{ type: 'message-start', id: 'c' }],
      [{ type: 'content-start', delta: { message: { content: { type: 'text', text: 'Hi' } } } }],
      [{ type: 'citation-start', delta: { message: { citations: citation } } }],
      [{ type: 'content-end' }],
      [{ type: 'message-end', delta: { finish_reason: 'COMPLETE' } }],
    ],
    losses,
    carried: ['text'],
  };
}

export function ollama(): Sample {
  const piece = (message: object, done: boolean): object => ({ model: 'l', message, done });
  const images = ['/9j/AAAA'];
  return {
    format: 'ollama-chat',
    what: 'a picture',
    whole: { ...piece({ content: 'Hi', images, tool_calls: null }, true), done_reason: 'stop' },
    stream: [
      [piece({ content: 'Hi', images: null }, false)],
      [piece({ content: '', images }, false)],
      [{ ...piece({ content: '' }, true), done_reason: 'stop' }],
    ],
    losses: [],
    carried: ['text', 'image/jpeg'],
  };
}
