import { Readable } from 'node:stream';

import type { AttemptOrder } from './attempt-order.ts';

/** Of a body in pieces undici does not know the length, and without one it would be sent in chunks. */
export function sendable({ headers, body }: AttemptOrder): {
  headers: string[];
  body: Buffer | Readable | null;
} {
  if (body === null || Buffer.isBuffer(body)) return { headers, body };
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  return { headers: [...headers, 'content-length', String(length)], body: Readable.from(body) };
}
