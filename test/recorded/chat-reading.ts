import OpenAI from 'openai';

import type { AnswerEvent } from '../../src/core/answer.ts';
import type { Part } from '../../src/core/conversation.ts';
import { foldAnswer } from '../../src/formats/hub/fold.ts';

/** What an answer says, as any reader of it would tell. */
export interface Reading {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly calls: readonly (readonly [name: string, given: unknown])[];
  readonly finish: string | undefined;
  readonly usage: readonly (number | undefined)[];
}

function said(parts: readonly Part[], kind: 'text' | 'reasoning' | 'refusal'): string {
  return parts.flatMap((part) => (part.kind === kind ? [part.text] : [])).join('');
}

/** An answer as gw reads it. */
export function readEvents(events: readonly AnswerEvent[]): Reading {
  const { parts, finish, usage } = foldAnswer(events);
  return {
    text: said(parts, 'text'),
    reasoning: said(parts, 'reasoning'),
    refusal: said(parts, 'refusal'),
    calls: parts.flatMap((part) =>
      part.kind === 'call' ? [[part.name, parsed(part.arguments)] as const] : [],
    ),
    finish: finish?.raw,
    usage: [usage?.input, usage?.output],
  };
}

/** The value of a JSON text, which may be empty, or no JSON. */
export function parsed(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return text;
  }
}

/** Fields of hosts, which the SDK's types do not have. */
interface HostMessage {
  readonly content?: unknown;
  readonly audio?: { readonly transcript?: string } | null;
  readonly refusal?: string | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly reasoning_details?: readonly { readonly text?: string; readonly summary?: string }[] | null;
  readonly function_call?: { readonly name?: string; readonly arguments?: string } | null;
  readonly tool_calls?:
    | readonly {
        readonly index?: number;
        readonly id?: string;
        readonly function?: { readonly name?: string; readonly arguments?: string };
        readonly custom?: { readonly name?: string; readonly input?: string };
      }[]
    | null;
}

/** The official SDK, with this for an answer. */
export function client(body: Buffer, type: string): OpenAI {
  return new OpenAI({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(new Uint8Array(body), { headers: { 'content-type': type } })),
  });
}

/** The same answer as the official SDK reads it: its events or its object, put together as its documentation says. */
export async function readWithSdk(body: Buffer, streamed: boolean): Promise<Reading> {
  const request = { model: 'm', messages: [] };
  if (!streamed) {
    const answer = await client(body, 'application/json').chat.completions.create(request);
    const [choice] = answer.choices;
    return reading([choice?.message as HostMessage], choice?.finish_reason, answer.usage);
  }
  const deltas: HostMessage[] = [];
  let finish: string | undefined;
  let usage: OpenAI.CompletionUsage | null | undefined;
  const chunks = await client(body, 'text/event-stream').chat.completions.create({
    ...request,
    stream: true,
  });
  for await (const chunk of chunks) {
    usage = chunk.usage ?? (chunk as { x_groq?: { usage?: OpenAI.CompletionUsage } }).x_groq?.usage ?? usage;
    const choice = chunk.choices?.find(({ index }) => index === 0);
    finish = choice?.finish_reason ?? finish;
    if (choice?.delta) deltas.push(choice.delta);
  }
  return reading(deltas, finish, usage);
}

function reading(
  deltas: readonly HostMessage[],
  finish: string | undefined,
  usage: OpenAI.CompletionUsage | null | undefined,
): Reading {
  const calls = new Map<number, [string, string]>();
  for (const { tool_calls: pieces, function_call: old } of deltas) {
    for (const [place, piece] of (pieces ?? []).entries()) {
      const known = calls.get(piece.index ?? place) ?? ['', ''];
      const name = piece.function?.name || piece.custom?.name || known[0];
      const more = (piece.function?.arguments ?? '') + (piece.custom?.input ?? '');
      calls.set(piece.index ?? place, [name, known[1] + more]);
    }
    if (old?.name || old?.arguments)
      calls.set(0, [
        old.name || (calls.get(0)?.[0] ?? ''),
        (calls.get(0)?.[1] ?? '') + (old.arguments ?? ''),
      ]);
  }
  return {
    text: deltas
      .map(({ content, audio }) => contentText(content, 'text') + (audio?.transcript ?? ''))
      .join(''),
    reasoning: deltas.map(thoughtOf).join(''),
    refusal: deltas.map(({ refusal }) => refusal ?? '').join(''),
    calls: [...calls.values()].map(([name, given]) => [name, parsed(given)] as const),
    finish: finish || undefined,
    usage: [usage?.prompt_tokens, usage?.completion_tokens],
  };
}

function thoughtOf(delta: HostMessage): string {
  const details = (delta.reasoning_details ?? []).map(({ text, summary }) => text ?? summary ?? '').join('');
  return delta.reasoning_content || delta.reasoning || details || contentText(delta.content, 'thinking');
}

function contentText(content: unknown, kind: string): string {
  if (typeof content === 'string') return kind === 'text' ? content : '';
  const list = (content ?? []) as { type: string; text?: string; thinking?: { text: string }[] }[];
  const own = list.filter(({ type }) => type === kind);
  return own.map(({ text, thinking }) => text ?? thinking?.map((part) => part.text).join('') ?? '').join('');
}
