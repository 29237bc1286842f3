import { afterEach, describe, expect, test } from 'vitest';

import type { FaultCode } from '../../src/core/fault.ts';
import { type CallerFormatName, FORMAT_NAMES, type FormatName } from '../../src/core/operation.ts';
import type { Policy } from '../../src/core/policy.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { readStream } from '../contract/stream-contracts.ts';
import { forEach } from './for-each.ts';
import { closeGrounds, NO_BREAKER, openGround, until } from './ground.ts';
import type { Answer } from './raw-client.ts';
import { askIn, wordsOf } from './translated-asking.ts';
import { ONLY_STREAMED, ONLY_WHOLE, type Row, ROWS } from './upstream-fault-table.ts';

afterEach(closeGrounds);

const CALLERS = keysOf(CALLER_FORMATS);
/** Short for silence to be noticed in a test. */
const LIMIT_MS = 1500;
const PATIENT = { ...NO_BREAKER, onCut: 'error' as const };

/** The limit that is to notice the silence, and no other: a busy machine may take longer over everything else. */
function policyFor(tried: Case): Partial<Policy> {
  const [is] = storyFor(tried);
  if (is === 'upstream_timeout')
    return { ...PATIENT, firstContentMs: LIMIT_MS, answerMs: LIMIT_MS, idleMs: LIMIT_MS };
  return tried.row.fault.startsWith('stall') ? { ...PATIENT, idleMs: LIMIT_MS } : PATIENT;
}

/** `cut`: content was delivered before; `served`: nothing is wrong with it. */
type Exception = FaultCode | 'cut' | 'served';

/** The first event of these formats' streams has content in it. */
const BEGUN: Readonly<Record<string, Exception>> = {
  'stall@event=1': 'cut',
  'reset@event=1': 'cut',
  'fin@event=1': 'cut',
  'cut@event=1;by=end': 'cut',
  'error-in-200@event=1;status=429;message=slow': 'cut',
};
/** An error inside a 200 has no status of its own, and only OpenAI has a code for this one. */
const NO_CODE: Readonly<Record<string, Exception>> = {
  'error-in-200;code=insufficient_quota': 'upstream_overloaded',
};
/** An end mark that is a finish reason too makes an answer of nothing an answer. */
const EMPTY_IS_WHOLE: Readonly<Record<string, Exception>> = {
  'empty-200=choices': 'served',
  'empty-200=object': 'served',
  'empty-200=null': 'served',
};
const NO_POLICY: Readonly<Record<string, Exception>> = {
  '400;code=content_filter;shape=azure': 'upstream_rejected',
};

/** What faults are in the words and the streams of each provider; a mark at the end tells the whole answer's. */
const EXCEPTIONS: Readonly<Record<FormatName, Readonly<Record<string, Exception>>>> = {
  'openai-chat': {},
  // The last event repeats the whole answer, so one is enough.
  'openai-responses': {
    'empty-200=object': 'served',
    'empty-200=null': 'served',
    'empty-200=object (whole)': 'upstream_garbled',
    'empty-200=null (whole)': 'upstream_garbled',
    'empty-200=choices (whole)': 'served',
  },
  'anthropic-messages': {
    ...NO_CODE,
    '504;body=text': 'upstream_timeout',
    'empty-200=choices': 'served',
  },
  gemini: { ...NO_CODE, ...BEGUN, '504;body=text': 'upstream_timeout' },
  'bedrock-converse': {
    ...NO_CODE,
    ...NO_POLICY,
    '504;body=text': 'upstream_timeout',
    '403': 'upstream_model_missing',
    '429;code=insufficient_quota': 'upstream_rate_limited',
    'empty-200=choices': 'served',
    // Amazon has no errors inside a whole 200.
    'error-in-200 (whole)': 'upstream_garbled',
    'error-in-200;as=json': 'upstream_garbled',
    'error-in-200;code=insufficient_quota (whole)': 'upstream_garbled',
  },
  'cohere-chat': {
    ...NO_CODE,
    ...EMPTY_IS_WHOLE,
    '504;body=text': 'upstream_timeout',
    'empty-200=object (whole)': 'upstream_garbled',
    'empty-200=null (whole)': 'upstream_garbled',
    'error-in-200@event=1;status=429;message=slow': 'upstream_overloaded',
  },
  'ollama-chat': {
    ...NO_CODE,
    ...NO_POLICY,
    ...BEGUN,
    ...EMPTY_IS_WHOLE,
    '504;body=text': 'upstream_timeout',
    'empty-200=object (whole)': 'upstream_garbled',
    'empty-200=null (whole)': 'upstream_garbled',
    '400;code=content_policy_violation': 'upstream_rejected',
  },
};

interface Case {
  readonly caller: CallerFormatName;
  readonly provider: FormatName;
  readonly row: Row;
  readonly stream: boolean;
}

/** How often the first target is asked before the next one is. */
const CALLS: Readonly<Partial<Record<FaultCode, number>>> = { upstream_overloaded: 2 };

/** How the story of one exchange must read, and what its caller must have heard. */
function storyFor({ provider, row, stream }: Case): readonly unknown[] {
  const own = EXCEPTIONS[provider];
  const special = (stream ? undefined : own[`${row.fault} (whole)`]) ?? own[row.fault];
  if (special === 'served') return [undefined, 'served', 'first', 1, 0, 'whole'];
  if (special === 'cut') return ['stream_broken', 'cut', undefined, 1, 0, 'error'];
  const is = special ?? row.is;
  if (is === 'content_blocked') return [is, 'failed', undefined, 1, 0, 'refused'];
  const calls = special === undefined || special === row.is ? row.calls : CALLS[special];
  return [is, 'served', 'second', calls ?? 1, 1, 'whole'];
}

/** What is wrong with how this fault of the first target is told; undefined when nothing is. */
async function wrongIn(tried: Case): Promise<string | undefined> {
  const { caller, provider, row, stream } = tried;
  const providers = ['first', 'second'].map((name) => ({
    name,
    format: provider,
    simulator: { name: 'same' },
  }));
  const ground = await openGround({ providers, policy: policyFor(tried) });
  const answer = await ground.ask(askIn(caller, `m!${row.fault}`, stream));
  const { attempts, outcome, served } = await ground.trailOf(answer);
  const story = [
    attempts[0]?.fault,
    outcome,
    served?.provider,
    ground.calls('first'),
    ground.calls('second'),
  ];
  await until(
    () => providers.every(({ name }) => ground.simulator(name).calls.every(({ end }) => end !== 'open')),
    `every upstream call of ${row.fault} ended`,
  );
  const crashed = ground.logLines.filter((line) => line.includes('crashed'));
  await ground.close();
  const heard = answer.status === 200 ? heardIn(tried, answer) : 'refused';
  const got = JSON.stringify([...story, heard, ...crashed]);
  const wanted = JSON.stringify(storyFor(tried));
  const way = `${caller} ${stream ? 'streamed' : 'whole'} ${row.fault}`;
  return got === wanted ? undefined : `${way}: ${got}, not ${wanted} (${attempts[0]?.message})`;
}

/** What a strict client makes of the answer: a truncated one must not look whole, nor a whole one broken. */
function heardIn({ caller, stream }: Case, { text, whole }: Answer): string {
  if (!stream) return whole && wordsOf(caller, text) !== undefined ? 'whole' : 'nothing';
  const { end, breaches } = readStream(caller, text);
  const isHonest = whole === (end === 'whole');
  return isHonest && breaches.length === 0 ? end : `${end}, ${breaches.join(', ')}`;
}

describe.each(keysOf(FORMAT_NAMES))('a fault of a provider of %s', (provider) => {
  test('before the first content is another target’s to better, whatever the caller speaks', async () => {
    const cases = CALLERS.filter((caller) => caller !== provider).flatMap((caller): Case[] => [
      ...[...ROWS, ...ONLY_STREAMED].map((row) => ({ caller, provider, row, stream: true })),
      ...[...ROWS, ...ONLY_WHOLE].map((row) => ({ caller, provider, row, stream: false })),
    ]);
    const wrong: string[] = [];
    await forEach(cases, 16, async (tried) => {
      const found = await wrongIn(tried);
      if (found !== undefined) wrong.push(found);
    });
    expect(wrong).toEqual([]);
  }, 240_000);
});
