import type { CallerFormatName } from '../src/core/operation.ts';

const SYSTEM = 'You answer in one word.';
const QUESTION = 'x'.repeat(860);

/** A request of about 1 KB as callers of each format send it; ASCII only. */
export function callerRequest(
  caller: CallerFormatName,
  model: string,
  stream: boolean,
): { readonly path: string; readonly body: string } {
  const { path, fields } = WRITERS[caller](model, stream);
  return { path, body: JSON.stringify(fields) };
}

type Writer = (model: string, stream: boolean) => { readonly path: string; readonly fields: object };

const WRITERS: Readonly<Record<CallerFormatName, Writer>> = {
  'openai-chat': (model, stream) => ({
    path: '/v1/chat/completions',
    fields: {
      model,
      messages: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content: QUESTION },
      ],
      temperature: 0.2,
      ...(stream && { stream }),
    },
  }),
  'openai-responses': (model, stream) => ({
    path: '/v1/responses',
    fields: { model, instructions: SYSTEM, input: QUESTION, temperature: 0.2, ...(stream && { stream }) },
  }),
  'anthropic-messages': (model, stream) => ({
    path: '/v1/messages',
    fields: {
      model,
      max_tokens: 1000,
      system: SYSTEM,
      messages: [{ role: 'user', content: QUESTION }],
      temperature: 0.2,
      ...(stream && { stream }),
    },
  }),
  gemini: (model, stream) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    fields: {
      systemInstruction: { parts: [{ text: SYSTEM }] },
      contents: [{ role: 'user', parts: [{ text: QUESTION }] }],
      generationConfig: { temperature: 0.2 },
    },
  }),
};
