import { STATUS_CODES } from 'node:http';

import type { Script } from './script.ts';

/** Status line and headers as they go on the wire, with the blank line; for answers Node would refuse to send. */
export function serialiseHead(script: Script): string {
  const lines = [`HTTP/1.1 ${script.status} ${STATUS_CODES[script.status] ?? 'Simulated'}`];
  for (const [name, value] of Object.entries(script.headers)) lines.push(`${name}: ${value}`);
  if (script.framing === 'chunked') lines.push('transfer-encoding: chunked');
  if (script.framing === 'close') lines.push('connection: close');
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The bytes as one chunk of a chunked body. */
export function asChunk(bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]);
}

const CRLF = Buffer.from('\r\n');

/** What ends a chunked body. */
export const LAST_CHUNK = Buffer.from('0\r\n\r\n');
