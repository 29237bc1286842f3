import type { Agent, Dispatcher } from 'undici';

import type { CallerFormat } from '../../core/format.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/expect.ts';
import { type ChatAnswer, NO_CONTENT, readError, readWhole, StreamReading } from './answer.ts';
import { type Question, writeQuestion } from './question.ts';

/** One chat request, as a client of gw would send it. */
export interface ChatRequest {
  /** With the prefix of the format: `http://127.0.0.1:4499/v1`. */
  readonly baseUrl: string;
  /** What is spoken, and what the answer is read as. */
  readonly format: CallerFormat;
  readonly question: Question;
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole exchange, from the first packet to the last byte. */
  readonly timeoutMs: number;
}

/** A client of gw that checks what it gets. */
export interface Caller {
  ask(request: ChatRequest): Promise<ChatAnswer>;
  /** Ends its connections at once; requests that still run are answered with `none` or `broken`. */
  close(): Promise<void>;
}

/** Opens a client that keeps its connections alive, as SDKs do. */
export async function openCaller(clock: Clock): Promise<Caller> {
  // Loaded here: it costs 75 ms, and most commands call nobody.
  const { Agent } = await import('undici');
  const agent = new Agent();
  return {
    ask: (request) => ask(request, agent, clock),
    close: () => agent.destroy(),
  };
}

async function ask(request: ChatRequest, agent: Agent, clock: Clock): Promise<ChatAnswer> {
  const { format, question } = request;
  const written = writeQuestion(format, question);
  if (!written) throw new TypeError(`gw cannot write a request in ${format.name}`);
  const started = clock.monotonic();
  const elapsed = (): number => clock.monotonic() - started;
  const signal = AbortSignal.timeout(request.timeoutMs);
  let response: Dispatcher.ResponseData;
  try {
    response = await agent.request({
      origin: new URL(request.baseUrl).origin,
      path: new URL(request.baseUrl).pathname + written.path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...headerPairs(format.requestHeaders),
        ...request.headers,
      },
      body: written.body,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  } catch (error) {
    return {
      is: 'none',
      status: undefined,
      headers: {},
      content: NO_CONTENT,
      problem: signal.aborted ? `no answer within ${request.timeoutMs} ms` : errorMessage(error),
      totalMs: elapsed(),
      firstContentMs: undefined,
    };
  }
  const isStream = question.stream && response.statusCode === 200;
  return (isStream ? readStream : readBody)(response, format, elapsed);
}

/** A flat list of names and values, as formats have them. */
export function headerPairs(flat: readonly string[]): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) pairs[flat[index] ?? ''] = flat[index + 1] ?? '';
  return pairs;
}

async function readStream(
  response: Dispatcher.ResponseData,
  format: CallerFormat,
  elapsed: () => number,
): Promise<ChatAnswer> {
  const reading = new StreamReading(format, elapsed);
  let broke: string | undefined;
  try {
    for await (const chunk of response.body) reading.push(Buffer.from(chunk));
  } catch (error) {
    broke = `the connection broke: ${errorMessage(error)}`;
  }
  // The event that says why comes before the connection breaks, and says more.
  const { content, problem: told } = reading.end();
  const problem = broke === undefined ? told : (told ?? broke);
  return {
    is: problem === undefined ? 'whole' : 'broken',
    status: response.statusCode,
    headers: headersOf(response),
    content,
    problem,
    totalMs: elapsed(),
    firstContentMs: reading.firstContentAt,
  };
}

async function readBody(
  response: Dispatcher.ResponseData,
  format: CallerFormat,
  elapsed: () => number,
): Promise<ChatAnswer> {
  const known = { status: response.statusCode, headers: headersOf(response), firstContentMs: undefined };
  let text: string;
  try {
    text = await response.body.text();
  } catch (error) {
    const problem = `the connection broke: ${errorMessage(error)}`;
    return { ...known, is: 'broken', content: NO_CONTENT, problem, totalMs: elapsed() };
  }
  const totalMs = elapsed();
  if (response.statusCode !== 200) {
    return { ...known, is: 'refused', content: NO_CONTENT, problem: readError(text), totalMs };
  }
  const { content, problem } = readWhole(format, Buffer.from(text));
  return { ...known, is: problem === undefined ? 'whole' : 'broken', content, problem, totalMs };
}

function headersOf({ headers }: Dispatcher.ResponseData): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) single[name] = Array.isArray(value) ? (value[0] ?? '') : value;
  }
  return single;
}
