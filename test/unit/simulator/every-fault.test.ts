import { describe, expect, test } from 'vitest';

import { readAsked } from '../../../src/simulator/asked.ts';
import { addressee, answer, DIALECTS } from '../../../src/simulator/dialects.ts';
import type { FaultRow } from '../../../src/simulator/fault-row.ts';
import { parseSimulatedFault } from '../../../src/simulator/fault-text.ts';
import { SIMULATED_FAULTS } from '../../../src/simulator/faults/table.ts';
import { KeptAnswers } from '../../../src/simulator/kept-answers.ts';
import { prepare } from '../../../src/simulator/player.ts';
import { PLAIN_RECIPE } from '../../../src/simulator/recipe.ts';
import type { Script } from '../../../src/simulator/script.ts';

const SAID = 'Tell me something.';
const CHAT = { model: 'm', messages: [{ role: 'user', content: SAID }] };
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: SAID }] }] };
const BLOCKS = { messages: [{ role: 'user', content: [{ text: SAID }] }] };

/** A good request in every format, whole and streamed. */
const REQUESTS: readonly (readonly [string, string, object])[] = [
  ['openai-chat', '/v1/chat/completions', CHAT],
  ['openai-chat', '/v1/chat/completions', { ...CHAT, stream: true, stream_options: { include_usage: true } }],
  ['openai-responses', '/v1/responses', { model: 'm', input: SAID }],
  ['openai-responses', '/v1/responses', { model: 'm', input: SAID, stream: true }],
  ['anthropic-messages', '/v1/messages', { ...CHAT, max_tokens: 99 }],
  ['anthropic-messages', '/v1/messages', { ...CHAT, max_tokens: 99, stream: true }],
  ['gemini', '/v1beta/models/m:generateContent', CONTENTS],
  ['gemini', '/v1beta/models/m:streamGenerateContent?alt=sse', CONTENTS],
  ['gemini', '/v1beta/models/m:streamGenerateContent', CONTENTS],
  ['bedrock-converse', '/model/m/converse', BLOCKS],
  ['bedrock-converse', '/model/m/converse-stream', BLOCKS],
  ['cohere-chat', '/v2/chat', CHAT],
  ['cohere-chat', '/v2/chat', { ...CHAT, stream: true }],
  ['ollama-chat', '/api/chat', { ...CHAT, stream: false }],
  ['ollama-chat', '/api/chat', CHAT],
];

const ROWS: readonly FaultRow[] = Object.values(SIMULATED_FAULTS);
const FAULTS = ROWS.flatMap(({ example, variants = {}, value }) => [
  example,
  ...Object.keys(variants),
  ...(value?.choices ?? []).map((choice) => `${example.split('=')[0] ?? ''}=${choice}`),
])
  // What unpacks to 200 MiB takes as long as that to pack.
  .map((text) => text.replace('bomb=200MiB', 'bomb=1MiB'));

function perform(path: string, body: object, fault: string | undefined): Script {
  const headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };
  const asked = readAsked('POST', path, headers, Buffer.from(JSON.stringify(body)));
  const identity = {
    seed: 0,
    name: 'sim',
    models: [],
    owner: 'sim',
    chatRules: 'openai' as const,
    kept: new KeptAnswers(),
  };
  const parsed = fault === undefined ? undefined : parseSimulatedFault(fault);
  if (parsed?.is === 'failed') throw new Error(parsed.fault);
  const parts = parsed?.value.parts ?? [];
  const addressed = addressee(asked);
  const scene = { now: 0, model: asked.model, dialect: addressed.dialect };
  const recipe = parts.reduce((mix, part) => part.row.season?.(mix, part) ?? mix, PLAIN_RECIPE);
  return parts.reduce(
    (script, part) => part.row.bend?.(script, part, scene) ?? script,
    answer(asked, addressed, recipe, identity, false),
  );
}

function bytesOf(script: Script): Buffer {
  return Buffer.concat(script.beats.flatMap((beat) => (beat.is === 'bytes' ? [beat.bytes] : [])));
}

test('every format has a request here', () => {
  expect(new Set(REQUESTS.map(([format]) => format))).toEqual(new Set(DIALECTS.map(({ name }) => name)));
  for (const [format, path, body] of REQUESTS) {
    expect([format, path, perform(path, body, undefined).status]).toEqual([format, path, 200]);
  }
});

describe.each(FAULTS)('%s', (fault) => {
  test('can be performed in every format, and is seen in its answer', () => {
    for (const [format, path, body] of REQUESTS) {
      const plain = perform(path, body, undefined);
      const bent = perform(path, body, fault);
      expect(prepare(bent).beats.length, `${format} ${path}`).toBeGreaterThan(0);
      const isSame = JSON.stringify({ ...bent, beats: 0 }) === JSON.stringify({ ...plain, beats: 0 });
      const isUnseen =
        isSame && bytesOf(bent).equals(bytesOf(plain)) && bent.beats.length === plain.beats.length;
      expect([format, path, isUnseen]).toEqual([format, path, isUnseen && mayBeUnseen(fault, format, plain)]);
    }
  });
});

/** Faults that some answers cannot show: events where there are none, figures or names a format does not tell. */
function mayBeUnseen(fault: string, format: string, { body }: Script): boolean {
  const [name = ''] = fault.split(/[=@;]/);
  if (SSE_ONLY.has(name)) return body !== 'sse' || (name === 'crlf' && format === 'gemini');
  if (name === 'usage') return fault !== 'usage=none' || format === 'ollama-chat';
  // Neither says which model it was; Gemini and Amazon have no end mark of their own.
  if (name === 'model') return format === 'bedrock-converse' || format === 'cohere-chat';
  if (name === 'no-done') return body === 'whole' || format === 'gemini' || format === 'bedrock-converse';
  if (name === 'no-role') return !ROLE_SAID_FIRST.has(format);
  if (name === 'cached-tokens') return format === 'ollama-chat';
  if (name === 'finish') return format === 'ollama-chat';
  // An answer without tools, none that was begun, and one that takes no time.
  return ['call-tool', 'prefill', 'jitter', 'tokens-per-second'].includes(name);
}

const SSE_ONLY = new Set(['crlf', 'cr', 'comments', 'multiline', 'sse-fields']);
const ROLE_SAID_FIRST = new Set([
  'openai-chat',
  'anthropic-messages',
  'gemini',
  'bedrock-converse',
  'ollama-chat',
]);
