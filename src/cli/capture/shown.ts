import { type Captured, type CapturedMessage, headerOf } from '../../core/capture.ts';
import { parseJson } from '../../lib/expect.ts';

/** A body for a person: JSON with line breaks, other text as it is, anything else by its size. */
export function bodyLines({ headers, body, bytes, isCut }: CapturedMessage): string[] {
  if (body.length === 0) return ['(empty)'];
  const size = `${bytes.toLocaleString('en-US')} bytes`;
  const end = isCut ? [`… (${size} in all; record.captureBytes says how much is kept)`] : [];
  const text = textOf(body);
  if (text === undefined) {
    return [`(${size} of ${headerOf(headers, 'content-type') ?? 'something that is no text'})`, ...end];
  }
  const json = parseJson(text);
  const shown = json === undefined ? text : JSON.stringify(json, null, 2);
  return [...shown.trimEnd().split(/\r?\n/), ...end];
}

/** Captured headers and bodies as JSON: a body that is no text in base64. */
export function captureJson({ url, request, answer }: Captured): unknown {
  return { url, request: messageJson(request), answer: messageJson(answer) };
}

function messageJson({ headers, body, bytes, isCut }: CapturedMessage): unknown {
  const text = textOf(body);
  return {
    headers,
    bytes,
    isCut,
    ...(text === undefined ? { base64: body.toString('base64') } : { text }),
  };
}

/** The text of a body; undefined for what is no text. A text that was cut within a character is one. */
export function textOf(body: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: true });
    return text.includes('\u0000') ? undefined : text;
  } catch {
    return undefined;
  }
}
