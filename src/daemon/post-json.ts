import type { Destination } from '../observe/index.ts';

// What a collector says of a message is an object of one or two lines; where it is longer, the beginning is enough.
const READ_CHARACTERS = 16_000;

/** Posts JSON with Node.js's own fetch, which is loaded with the first message. Rejects when nobody answers in time. */
export async function postJson(
  { url, headers, timeoutMs }: Destination,
  body: string,
): Promise<{ status: number; retryAfterMs?: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
    // A redirect would carry the headers, and so the credentials, to another place.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = (await response.text()).slice(0, READ_CHARACTERS);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    status: response.status,
    ...(Number.isFinite(seconds) && { retryAfterMs: Math.min(300, Math.max(0, seconds)) * 1000 }),
    text,
  };
}
