import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { AnswerEvent } from '../../src/core/answer.ts';
import type { Conversation } from '../../src/core/conversation.ts';
import { fault } from '../../src/core/fault.ts';
import type { AnswerEcho, TranslationTarget } from '../../src/core/format.ts';
import { FORMAT_NAMES, type FormatName } from '../../src/core/operation.ts';
import { CALLER_FORMATS, FORMATS } from '../../src/formats/index.ts';
import { keysOf, parseJson } from '../../src/lib/expect.ts';
import { type Frame, frameReader } from '../../src/proxy/relay/framing.ts';
import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { breaches } from '../unit/formats/provider-format.ts';
import { damaged, randomFrom } from './hostile-requests.ts';
import { readStream } from './stream-contracts.ts';

const PROVIDERS = keysOf(FORMAT_NAMES);
const CALLERS = Object.values(CALLER_FORMATS);
const CASES = 400;
const TARGET: TranslationTarget = { provider: 'p', model: 'm', quirks: [], maxOutput: undefined };
const BASES: Readonly<Record<FormatName, string>> = {
  'openai-chat': '/v1',
  'openai-responses': '/v1',
  'anthropic-messages': '/v1',
  gemini: '/v1beta',
  'bedrock-converse': '',
  'cohere-chat': '/v2',
  'ollama-chat': '',
};

const ASKED: Conversation = {
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Use a tool.' }] }],
  tools: ['weather', 'time'].map((name) => ({
    name,
    schema: '{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}',
  })),
  reasoning: { mode: 'on', effort: 'low', budget: 1024, show: true },
  maxOutput: 4096,
  stream: true,
  wantsUsage: true,
  losses: [],
};

const ECHO: AnswerEcho = {
  id: 'req-1',
  created: 1,
  model: 'm',
  conversation: ASKED,
  body: Buffer.from('{"model":"m"}'),
  path: '/x',
};

let simulator: Simulator;
let origin: string;

beforeAll(async () => {
  simulator = createSimulator({ name: 'sim', fault: 'text=Hi to you.+reasoning=4+call-tool=2' });
  ({ origin } = await simulator.listen());
});
afterAll(() => simulator.close());

async function answerOf(format: FormatName, stream: boolean): Promise<Buffer> {
  const { toProvider, requestHeaders } = FORMATS[format];
  if (!toProvider) throw new Error('no codec');
  const { path, body } = toProvider.encodeRequest({ ...ASKED, stream }, TARGET);
  const headers = new Headers({ 'content-type': 'application/json', authorization: 'Bearer sk-of-a-test' });
  for (let at = 0; at + 1 < requestHeaders.length; at += 2)
    headers.set(requestHeaders[at] ?? '', requestHeaders[at + 1] ?? '');
  const answer = await fetch(origin + BASES[format] + path, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

function decodeFrames(format: FormatName, frames: readonly Frame[], isLost = false): AnswerEvent[] {
  const decoder = FORMATS[format].toProvider?.decodeStream(TARGET);
  const events = frames.flatMap(({ data, name }) => [...(decoder?.push(data, name) ?? [])]);
  const isOver = events.some(({ is }) => is === 'end' || is === 'error');
  if (!isOver && !isLost) events.push(...(decoder?.end() ?? []));
  return events;
}

/** Where a caller's stream of these events breaks its format's rules, whatever their end is. */
function wrongWritten(events: readonly AnswerEvent[]): string[] {
  const last = events.at(-1);
  return CALLERS.flatMap((caller) => {
    const encoder = caller.toCaller?.encodeStream(ECHO);
    let text = '';
    for (const event of events) if (event.is !== 'error') text += encoder?.push(event) ?? '';
    // Nothing leaves before there is content, so an error alone is no stream.
    if (last?.is !== 'end' && text === '') return [];
    const report = { fault: fault('stream_broken'), status: 502, id: 'req-1', tried: [] };
    if (last?.is !== 'end') text += caller.renderStreamError(report).toString();
    const read = readStream(caller.name, text);
    const end = last?.is === 'end' ? 'whole' : 'error';
    const wrong = read.end === end ? [] : [`ends ${read.end}, not ${end}`];
    if (last?.is === 'end') {
      const whole = caller.toCaller?.encodeAnswer(events, ECHO).toString() ?? '';
      if (parseJson(whole) === undefined) wrong.push('the whole answer is no JSON');
    }
    return [...wrong, ...read.breaches].map((rule) => `${caller.name}: ${rule}`);
  });
}

/** The same frames with some left out, told twice, exchanged, cut or damaged inside. */
function damagedFrames(frames: readonly Frame[], random: () => number): Frame[] {
  const copy = [...frames];
  const times = 1 + Math.floor(random() * 4);
  for (let turn = 0; turn < times && copy.length > 0; turn++) {
    const at = Math.floor(random() * copy.length);
    const frame = copy[at];
    if (!frame) continue;
    const { data, name } = frame;
    const way = Math.floor(random() * 8);
    if (way === 0) copy.splice(at, 1);
    else if (way === 1) copy.splice(at, 0, frame);
    else if (way === 2) copy.push(...copy.splice(at, 1));
    else if (way === 3) copy[at] = { name, data: data.slice(0, Math.floor(random() * data.length)) };
    else copy[at] = { name, data: JSON.stringify(damaged(parseJson(data) ?? null, random, 2)) ?? 'null' };
  }
  return copy;
}

describe.each(PROVIDERS)('a provider of %s', (format) => {
  test('cut at every byte never becomes an answer that is whole but for one that is', async () => {
    const bytes = await answerOf(format, true);
    const all = frameReader(FORMATS[format].frames);
    const whole = decodeFrames(format, [...all.push(bytes), ...all.rest()]);
    expect([whole.at(-1)?.is, breaches(whole), wrongWritten(whole)]).toEqual(['end', [], []]);
    const wanted = JSON.stringify(spokenIn(whole));
    const wrong: string[] = [];
    for (let length = 0; length < bytes.length; length++) {
      const reader = frameReader(FORMATS[format].frames);
      const events = decodeFrames(format, [...reader.push(bytes.subarray(0, length)), ...reader.rest()]);
      const found = breaches(events);
      if (found.length > 0) wrong.push(`${length}: ${found.join()}`);
      if (events.at(-1)?.is === 'end' && JSON.stringify(spokenIn(events)) !== wanted)
        wrong.push(`${length} of ${bytes.length}: half of the answer ends tidily`);
    }
    expect(wrong).toEqual([]);
  });

  test('may send anything: it becomes events in their grammar, and streams that every caller can read', async () => {
    const bytes = await answerOf(format, true);
    const reader = frameReader(FORMATS[format].frames);
    const frames = [...reader.push(bytes), ...reader.rest()];
    const wrong: string[] = [];
    const ends = new Set<string | undefined>();
    for (let seed = 1; seed <= CASES; seed++) {
      const sent = damagedFrames(frames, randomFrom(seed));
      const events = decodeFrames(format, sent);
      ends.add(events.at(-1)?.is);
      const found = [...breaches(events), ...wrongWritten(events)];
      if (found.length > 0) wrong.push(`${seed}: ${[...new Set(found)].join('; ')}`);
    }
    expect(wrong).toEqual([]);
    expect(ends).toEqual(new Set(['end', 'error']));
  });

  test('may answer anything as a whole', async () => {
    const answer = parseJson((await answerOf(format, false)).toString());
    const wrong: string[] = [];
    for (let seed = 0; seed <= CASES; seed++) {
      const random = randomFrom(seed);
      const body = seed === 0 ? answer : damaged(answer, random, 1 + Math.floor(random() * 4));
      const events =
        FORMATS[format].toProvider?.decodeAnswer(Buffer.from(JSON.stringify(body) ?? ''), TARGET) ?? [];
      if (seed === 0) expect(events.at(-1)?.is).toBe('end');
      const found = [...breaches(events), ...wrongWritten(events)];
      if (found.length > 0) wrong.push(`${seed}: ${[...new Set(found)].join('; ')}`);
    }
    expect(wrong).toEqual([]);
  });

  test('may nest as deep as it likes', () => {
    const nested = `${'{"a":['.repeat(50_000)}${']}'.repeat(50_000)}`;
    const events = decodeFrames(format, [{ data: nested, name: undefined }]);
    expect(events.at(-1)?.is).toMatch(/^(end|error)$/);
    const whole = FORMATS[format].toProvider?.decodeAnswer(Buffer.from(nested), TARGET) ?? [];
    expect(whole.at(-1)?.is).toMatch(/^(end|error)$/);
  });
});

test('an answer that is named late, after a sign of life and its first words, keeps one name', () => {
  const events: AnswerEvent[] = [
    { is: 'ping' },
    { is: 'open', part: { kind: 'text' } },
    { is: 'delta', text: 'Hi' },
    { is: 'close' },
    { is: 'start', id: 'late', model: 'late', created: 2 },
    { is: 'finish', reason: 'stop' },
    { is: 'end' },
  ];
  expect(wrongWritten(events)).toEqual([]);
});

/** What an answer says: its parts, without what may be missing at its end. */
function spokenIn(events: readonly AnswerEvent[]): unknown {
  return events.filter(({ is }) => is === 'open' || is === 'delta' || is === 'close');
}
