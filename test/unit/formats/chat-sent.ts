import { expect } from 'vitest';

import type {
  CallPart,
  Conversation,
  MediaPart,
  Part,
  ResultPart,
  TextPart,
  Turn,
} from '../../../src/core/conversation.ts';
import type { TranslationTarget } from '../../../src/core/format.ts';
import { encodeRequest } from '../../../src/formats/openai-chat/encode-request.ts';
import { EMPTY, host } from './chat-samples.ts';

/** Requests to chat hosts, as they are written. */

export interface Sent {
  readonly [name: string]: unknown;
  readonly messages: readonly unknown[];
}

export function send(
  conversation: Partial<Conversation>,
  target: TranslationTarget = host(),
): { readonly sent: Sent; readonly text: string; readonly losses: readonly string[] } {
  const { body, losses, path } = encodeRequest({ ...EMPTY, stream: false, ...conversation }, target);
  expect(path).toBe('/chat/completions');
  const text = body.toString();
  return { sent: JSON.parse(text) as Sent, text, losses: [...losses].sort() };
}

export function user(...parts: Part[]): Turn {
  return { role: 'user', parts };
}

export function assistant(...parts: Part[]): Turn {
  return { role: 'assistant', parts };
}

export function text(words: string): TextPart {
  return { kind: 'text', text: words };
}

export const CALL: CallPart = { kind: 'call', id: 'c1', name: 'add', arguments: '{"n":1.0}' };
export const IMAGE: MediaPart = {
  kind: 'media',
  media: 'image',
  mime: 'image/png',
  source: { is: 'base64', data: 'AAAA' },
};

export function result(id: string, ...content: (TextPart | MediaPart)[]): ResultPart {
  return { kind: 'result', id, content };
}
