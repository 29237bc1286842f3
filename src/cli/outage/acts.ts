import type { FaultCode } from '../../core/fault.ts';
import type { Attempt } from '../../core/trail.ts';
import type { Usage } from '../../core/usage.ts';
import { stringField } from '../../lib/expect.ts';
import type { Act } from '../../proxy/index.ts';
import type { Play } from './fault.ts';
import { type Pace, paceOf } from './paces.ts';

/** How quickly a server refuses: no model has to run for that. */
const REFUSES_MS = 50;
/** A stream is never silent for so long, as what was recorded as whole was not. */
const LONGEST_SILENCE_MS = 10_000;
const LEAST_PIECES = 4;

/** An answer that is to be played. */
export interface Answer {
  readonly stream: boolean;
  readonly model: string;
  readonly pace: Pace;
  readonly usage: Usage | undefined;
  /** Pieces of it that it was given, and goes on from. */
  readonly begun?: number;
}

/** A whole answer, at its pace. */
export function wholeAnswer({ stream, model, pace, usage, begun = 0 }: Answer, betweenMs = 0): Act[] {
  const { headMs, firstMs, wholeMs } = pace;
  if (!stream) {
    const message = { role: 'assistant', content: piece(0) };
    const body = {
      ...frame(model, 'chat.completion'),
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: wireUsage(usage),
    };
    return [
      head(headMs, 200, 'application/json'),
      bytes(wholeMs, JSON.stringify(body)),
      { atMs: wholeMs, is: 'end' },
    ];
  }
  const count = Math.max(LEAST_PIECES, Math.ceil((wholeMs - firstMs) / LONGEST_SILENCE_MS) + 1);
  const step = Math.max(betweenMs, (wholeMs - firstMs) / count);
  const pieces = Array.from({ length: count }, (_, index) => {
    const delta = { role: 'assistant', content: piece(begun + index) };
    return event(firstMs + index * step, {
      ...chunk(model),
      choices: [{ index: 0, delta, finish_reason: null }],
    });
  });
  const endMs = firstMs + count * step;
  return [
    head(headMs, 200, 'text/event-stream'),
    ...pieces,
    event(endMs, { ...chunk(model), choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    event(endMs, { ...chunk(model), choices: [], usage: wireUsage(usage) }),
    bytes(endMs, 'data: [DONE]\n\n'),
    { atMs: endMs, is: 'end' },
  ];
}

/** What an outage makes of an answer. */
export function playedAnswer(play: Play, answer: Answer): readonly Act[] {
  const { stream, pace } = answer;
  switch (play.is) {
    case 'status':
      return refusal(REFUSES_MS, play.status, play.code, play.retryAfterMs);
    case 'silent':
      return play.head ? [head(pace.headMs, 200, stream ? 'text/event-stream' : 'application/json')] : [];
    case 'late': {
      const firstMs = Math.max(pace.firstMs, play.firstMs);
      const wholeMs = Math.max(pace.wholeMs, firstMs + pace.wholeMs - pace.firstMs);
      return wholeAnswer({ ...answer, pace: { ...pace, firstMs, wholeMs } }, play.betweenMs);
    }
    case 'cut':
      return cutAnswer(answer);
    case 'lost':
      return [{ atMs: 1, is: 'lost', code: play.code }];
    case 'nonsense':
      return [
        head(REFUSES_MS, 200, play.type),
        bytes(REFUSES_MS, play.body),
        { atMs: REFUSES_MS, is: 'end' },
      ];
  }
}

/** A recorded attempt once more, as far as its record tells; undefined where it tells nothing of the target. */
export function recordedAnswer(attempt: Attempt, answer: Omit<Answer, 'pace'>): readonly Act[] | undefined {
  const pace = paceOf(attempt);
  if (pace === undefined) return undefined;
  const { fault, status = 0, retryAfterMs } = attempt;
  if (fault === undefined) return wholeAnswer({ ...answer, pace });
  const recipe = RECORDED[fault];
  return recipe?.({ pace, status, retryAfterMs, answer: { ...answer, pace } });
}

interface Recorded {
  readonly pace: Pace;
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  readonly answer: Answer;
}

/** How a provider comes to be told of with each fault. What is not here was gw's own, the caller's, or this computer's. */
const RECORDED: Readonly<Partial<Record<FaultCode, (recorded: Recorded) => readonly Act[]>>> = {
  upstream_unreachable: ({ pace }) => [{ atMs: pace.wholeMs, is: 'lost', code: 'ECONNREFUSED' }],
  upstream_timeout: () => [],
  upstream_overloaded: (recorded) => refused(recorded, 503, 'overloaded'),
  upstream_rate_limited: (recorded) => refused(recorded, 429, 'rate_limit_exceeded'),
  upstream_refused_key: (recorded) => refused(recorded, 401, 'invalid_api_key'),
  upstream_out_of_credit: (recorded) => refused(recorded, 402, 'insufficient_quota'),
  upstream_model_missing: (recorded) => refused(recorded, 404, 'model_not_found'),
  upstream_rejected: (recorded) => refused(recorded, 400, 'invalid_request'),
  context_overflow: (recorded) => refused(recorded, 400, 'context_length_exceeded'),
  content_blocked: (recorded) => refused(recorded, 400, 'content_policy_violation'),
  upstream_garbled: ({ pace }) => [head(pace.wholeMs, 200, 'text/html'), { atMs: pace.wholeMs, is: 'end' }],
  stream_broken: ({ answer }) => cutAnswer(answer),
};

function refused({ pace, status, retryAfterMs }: Recorded, usual: number, code: string): readonly Act[] {
  return refusal(pace.wholeMs, status >= 400 ? status : usual, code, retryAfterMs);
}

function refusal(atMs: number, status: number, code: string, retryAfterMs: number | undefined): Act[] {
  const error = { error: { message: `${code} (simulated)`, type: code, code } };
  const wait = retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) };
  return [
    { atMs, is: 'head', status, headers: { 'content-type': 'application/json', ...wait } },
    bytes(atMs, JSON.stringify(error)),
    { atMs, is: 'end' },
  ];
}

/** The first half of an answer, and then the connection is gone. */
function cutAnswer(answer: Answer): Act[] {
  const acts = wholeAnswer(answer);
  const halfMs = (answer.pace.firstMs + answer.pace.wholeMs) / 2;
  const before = acts.filter(({ atMs, is }) => is === 'head' || (answer.stream && atMs <= halfMs));
  return [...before, { atMs: halfMs, is: 'lost', code: 'UND_ERR_SOCKET' }];
}

function head(atMs: number, status: number, type: string): Act {
  return { atMs, is: 'head', status, headers: { 'content-type': type } };
}

function bytes(atMs: number, text: string): Act {
  return { atMs, is: 'bytes', bytes: Buffer.from(text) };
}

function event(atMs: number, value: object): Act {
  return bytes(atMs, `data: ${JSON.stringify(value)}\n\n`);
}

function chunk(model: string): object {
  return frame(model, 'chat.completion.chunk');
}

function frame(model: string, object: string): object {
  return { id: 'chatcmpl-simulated', object, created: 0, model };
}

/** How many pieces of an answer stand at the end of a request, to be gone on with. */
export function piecesBegun(last: unknown): number {
  if (stringField(last, 'role') !== 'assistant') return 0;
  return (stringField(last, 'content') ?? '').split(PIECE).length - 1;
}

const PIECE = '. piece of an answer';

/** Every target says the same, so that an answer that is asked for again goes on where it broke off. */
function piece(index: number): string {
  return `The ${index + 1}${PIECE} that nobody wrote. `;
}

function wireUsage({ input = 0, output = 0, cacheRead, reasoning }: Usage = {}): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(cacheRead !== undefined && { prompt_tokens_details: { cached_tokens: cacheRead } }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
