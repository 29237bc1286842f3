import type { AnswerEvent } from '../../core/answer.ts';
import { type CapturedMessage, headerOf } from '../../core/capture.ts';
import type { CallerFormat, ProviderCodec } from '../../core/format.ts';
import type { Trail } from '../../core/trail.ts';
import { CALLER_FORMATS } from '../../formats/index.ts';
import { parseJson } from '../../lib/expect.ts';
import { SseReader } from '../../lib/sse.ts';
import { readError } from '../chat/answer.ts';

/** What an answer comes to, whatever format it is in. */
export interface ReadAnswer {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /** Why the model stopped, in gw's own word. */
  readonly finish: string | undefined;
  /** What is wrong with it. */
  readonly problem: string | undefined;
}

export interface ToolCall {
  readonly name: string;
  /** As the model wrote them: JSON, unless it erred. */
  readonly arguments: string;
}

// Whose state an answer carries is of no interest to whoever only compares what it says.
const TARGET = { provider: 'gw', model: '', quirks: [], maxOutput: undefined } as const;
const BLANK_LINE = Buffer.from('\n\n');

/** Reads the answer to a chat request; of other operations and formats it only knows what failed. */
export function readAnswer(
  { format, operation }: Pick<Trail, 'format' | 'operation'>,
  status: number,
  answer: Pick<CapturedMessage, 'headers' | 'body'>,
): ReadAnswer {
  if (status >= 300) return { ...NOTHING, problem: readError(answer.body.toString('utf8')) };
  const caller: CallerFormat = CALLER_FORMATS[format];
  if (operation !== 'chat' || !caller.toProvider) return NOTHING;
  return summed(eventsOf(caller.toProvider, answer));
}

const NOTHING: ReadAnswer = { text: '', calls: [], finish: undefined, problem: undefined };

function eventsOf(
  codec: ProviderCodec,
  { headers, body }: Pick<CapturedMessage, 'headers' | 'body'>,
): readonly AnswerEvent[] {
  if (headerOf(headers, 'content-type')?.startsWith('text/event-stream') === true) {
    const events = new SseReader().push(Buffer.concat([body, BLANK_LINE]));
    return decoded(codec, events);
  }
  // A caller of Gemini may have its stream as one JSON array.
  const json = parseJson(body.toString('utf8'));
  if (!Array.isArray(json)) return codec.decodeAnswer(body, TARGET);
  return decoded(
    codec,
    json.map((element) => ({ data: JSON.stringify(element), name: undefined })),
  );
}

function decoded(
  codec: ProviderCodec,
  frames: readonly { readonly data: string | undefined; readonly name: string | undefined }[],
): readonly AnswerEvent[] {
  const decoder = codec.decodeStream(TARGET);
  const events = frames.flatMap(({ data, name }) => (data === undefined ? [] : decoder.push(data, name)));
  const last = events.at(-1)?.is;
  return last === 'end' || last === 'error' ? events : [...events, ...decoder.end()];
}

function summed(events: readonly AnswerEvent[]): ReadAnswer {
  let text = '';
  let finish: string | undefined;
  let problem: string | undefined;
  const calls: { name: string; arguments: string }[] = [];
  let open: 'text' | 'call' | 'other' = 'other';
  for (const event of events) {
    if (event.is === 'open') {
      const { part } = event;
      open = part.kind === 'call' ? 'call' : part.kind === 'reasoning' ? 'other' : 'text';
      if (part.kind === 'call') calls.push({ name: part.name, arguments: '' });
    } else if (event.is === 'delta') {
      const call = calls.at(-1);
      if (open === 'text') text += event.text;
      else if (open === 'call' && call !== undefined) call.arguments += event.text;
    } else if (event.is === 'finish') finish = event.reason;
    else if (event.is === 'error') problem ??= event.fault.message;
  }
  return { text, calls, finish, problem };
}
