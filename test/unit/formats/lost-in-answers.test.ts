import { describe, expect, it, test } from 'vitest';

import { type AnswerEvent, LONGEST_ANSWER } from '../../../src/core/answer.ts';
import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import {
  anthropic,
  bedrock,
  begunText,
  cohere,
  draw,
  gemini,
  ollama,
  place,
  placeless,
  responses,
  type Sample,
  said,
  text,
} from './lost-samples.ts';
import { breaches, codecOf, decodeBody, decodeFrames, TARGET } from './provider-format.ts';

const SAMPLES: readonly Sample[] = [
  anthropic('text', [], ['text'], [begunText]),
  anthropic(
    'a search',
    ['server-steps'],
    ['text'],
    [
      { block: { type: 'server_tool_use', id: 's', name: 'web_search', input: {} } },
      { block: { type: 'web_search_tool_result', tool_use_id: 's', content: [] } },
      begunText,
    ],
  ),
  anthropic(
    'a tool of an MCP server',
    ['server-steps'],
    ['text'],
    [
      { block: { type: 'mcp_tool_use', id: 's', name: 'f', input: {} } },
      { block: { type: 'mcp_tool_result', tool_use_id: 's', content: [] } },
      begunText,
    ],
  ),
  anthropic(
    'a file that was made',
    ['server-steps'],
    ['text'],
    [{ block: { type: 'container_upload', file_id: 'f' } }, begunText],
  ),
  anthropic(
    'a place in a document',
    ['citations'],
    ['text'],
    [
      {
        ...begunText,
        block: { ...text, citations: [placeless] },
        deltas: [...begunText.deltas, { type: 'citations_delta', citation: placeless }],
      },
    ],
  ),
  anthropic(
    'a thought nobody may read',
    [],
    ['reasoning', 'text'],
    [{ block: { type: 'redacted_thinking', data: 'x' } }, begunText],
  ),
  responses('text', [], ['text'], [said({ type: 'url_citation', url: 'https://x.example' })]),
  ...['web_search_call', 'file_search_call', 'code_interpreter_call', 'mcp_call', 'computer_call'].map(
    (type) =>
      responses(`a ${type}`, ['server-steps'], ['text'], [{ type, id: 'i', status: 'completed' }, said()]),
  ),
  responses(
    'a file as a source',
    ['citations'],
    ['text'],
    [said({ type: 'file_citation', file_id: 'f', index: 1 })],
  ),
  responses(
    'a picture',
    [],
    ['image/webp', 'text'],
    [{ type: 'image_generation_call', id: 'i', output_format: 'webp', result: 'AAAA' }, said()],
  ),
  responses(
    'a picture of an unnamed kind',
    [],
    ['image/jpeg'],
    [{ type: 'image_generation_call', id: 'i', result: '/9j/AAAA' }],
  ),
  responses(
    'a picture that could not be made',
    ['server-steps'],
    ['text'],
    [{ type: 'image_generation_call', id: 'i', status: 'failed', result: null }, said()],
  ),
  responses('state', [], ['text'], [{ type: 'compaction', encrypted_content: 'x' }, said()]),
  gemini('text', [], ['text'], [{ text: 'Hi' }]),
  gemini(
    'code that ran',
    ['server-steps'],
    ['text'],
    [
      { executableCode: { code: '1', language: 'PYTHON' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
      { text: 'Hi' },
    ],
  ),
  gemini(
    'a tool that ran there',
    ['server-steps'],
    ['text'],
    [
      { toolCall: { toolType: 'X' }, thoughtSignature: 'AQ==' },
      { toolResponse: { toolType: 'X' } },
      { text: 'Hi' },
    ],
  ),
  gemini(
    'a file that is there',
    ['answer-media'],
    ['text'],
    [{ text: 'Hi' }, { fileData: { fileUri: 'gs://a/b', mimeType: 'image/png' } }],
  ),
  gemini(
    'a draft',
    ['answer-media'],
    ['text', 'image/png'],
    [{ text: 'Hi' }, { ...draw, thought: true }, draw],
  ),
  gemini(
    'a search, with sources of a text that is signed',
    ['server-steps'],
    ['text+1'],
    [{ text: 'Hi', thoughtSignature: 'AQ==' }],
    {
      groundingMetadata: {
        webSearchQueries: ['q'],
        groundingChunks: [{ web: { uri: 'https://x.example' } }],
      },
    },
  ),
  gemini('a place on a map', [], ['text+1'], [{ text: 'Hi' }], {
    groundingMetadata: { groundingChunks: [{ maps: { uri: 'https://maps.example', title: 'M' } }] },
  }),
  gemini('a file as a source', ['citations'], ['text'], [{ text: 'Hi' }], {
    groundingMetadata: { groundingChunks: [{ retrievedContext: { text: 'a', uri: 'gs://a/b' } }] },
  }),
  gemini(
    'sources behind the text they are of',
    ['citations'],
    ['text', 'image/png'],
    [{ text: 'Hi' }, draw],
    {
      groundingMetadata: { groundingChunks: [{ web: { uri: 'https://x.example' } }] },
    },
  ),
  bedrock('text', [], ['text'], [{ text: 'Hi' }], [{ deltas: [{ text: 'Hi' }] }]),
  bedrock(
    'a tool that ran there',
    ['server-steps'],
    ['text'],
    [
      { toolUse: { toolUseId: 't', name: 'code', type: 'server_tool_use', input: {} } },
      { toolResult: { toolUseId: 't', content: [] } },
      { text: 'Hi' },
    ],
    [
      {
        start: { toolUse: { toolUseId: 't', name: 'code', type: 'server_tool_use' } },
        deltas: [{ toolUse: { input: '{}' } }],
      },
      { start: { toolResult: { toolUseId: 't' } }, deltas: [{ toolResult: [{ text: 'a' }] }] },
      { deltas: [{ text: 'Hi' }] },
    ],
  ),
  bedrock(
    'a picture',
    [],
    ['text', 'image/png'],
    [{ text: 'Hi' }, { image: { format: 'png', source: { bytes: 'AAAAAAAA' } } }],
    [
      { deltas: [{ text: 'Hi' }] },
      {
        start: { image: { format: 'png' } },
        deltas: [{ image: { source: { bytes: 'AAA=' } } }, { image: { source: { bytes: 'AAAAAA==' } } }],
      },
    ],
  ),
  bedrock(
    'a picture in a bucket',
    ['answer-media'],
    ['text'],
    [{ text: 'Hi' }, { image: { format: 'png', source: { s3Location: { uri: 's3://a/b' } } } }],
    [
      { deltas: [{ text: 'Hi' }] },
      { start: { image: { format: 'png' } }, deltas: [{ image: { error: { message: 'no' } } }] },
    ],
  ),
  bedrock(
    'a place in a document',
    ['citations'],
    ['text'],
    [{ citationsContent: { content: [{ text: 'Hi' }], citations: [{ location: place }] } }],
    [{ deltas: [{ text: 'Hi' }, { citation: { location: place } }] }],
  ),
  cohere({ type: 'document', document: { url: 'https://x.example' } }, []),
  cohere({ type: 'document', document: { id: 'd' } }, ['citations']),
  cohere({ type: 'tool', tool_output: { content: 'a' } }, ['citations']),
  ollama(),
];

function lossesIn(events: readonly AnswerEvent[]): string[] {
  return [...new Set(events.flatMap((event) => (event.is === 'lost' ? [event.loss] : [])))].sort();
}

/** Kinds of parts; of media its type, of text how many sources it has. */
function kindsIn(events: readonly AnswerEvent[]): string[] {
  return foldAnswer(events).parts.map((part) => {
    if (part.kind === 'media') return part.mime ?? '';
    const sources = part.kind === 'text' ? (part.citations?.length ?? 0) : 0;
    return sources > 0 && part.kind === 'text' ? `text+${sources}` : part.kind;
  });
}

describe('what an answer has that no part can hold is said', () => {
  it.each(SAMPLES)('by the decoder of $format: $what', ({ format, whole, stream, losses, carried }) => {
    const readings = [decodeBody(FORMATS[format], whole), decodeFrames(FORMATS[format], stream)];
    for (const events of readings) {
      expect(breaches(events)).toEqual([]);
      expect(lossesIn(events)).toEqual(losses);
      const kinds = kindsIn(events);
      // Only samples that are about sources count them.
      const counted = carried.some((kind) => kind.startsWith('text+'));
      expect(counted ? kinds : kinds.map((kind) => kind.replace(/\+\d+$/, ''))).toEqual(carried);
      expect(foldAnswer(events).finish?.reason).toBe('stop');
    }
    const [first, second] = readings;
    // Whoever signs, signs the same.
    expect(foldAnswer(second ?? []).parts).toEqual(foldAnswer(first ?? []).parts);
  });
});

test('a picture of which more is to come is nothing to go on behind', () => {
  const decoder = codecOf(FORMATS['bedrock-converse']).decodeStream(TARGET);
  const start = { contentBlockIndex: 0, start: { image: { format: 'png' } } };
  decoder.push(JSON.stringify(start), 'contentBlockStart');
  expect(decoder.isGathering).toBe(true);
  const piece = { contentBlockIndex: 0, delta: { image: { source: { bytes: 'AAAA' } } } };
  decoder.push(JSON.stringify(piece), 'contentBlockDelta');
  expect(decoder.isGathering).toBe(true);
  decoder.push('{"contentBlockIndex":0}', 'contentBlockStop');
  expect(decoder.isGathering).toBe(false);
});

test('a picture that is larger than any answer is said to be lost, and not kept', () => {
  const decoder = codecOf(FORMATS['bedrock-converse']).decodeStream(TARGET);
  const bytes = 'A'.repeat(LONGEST_ANSWER / 4);
  const piece = JSON.stringify({ contentBlockIndex: 0, delta: { image: { source: { bytes } } } });
  for (let times = 0; times < 5; times++) decoder.push(piece, 'contentBlockDelta');
  expect(decoder.push('{"contentBlockIndex":0}', 'contentBlockStop')).toEqual([
    { is: 'lost', loss: 'answer-media' },
  ]);
});
