import type { Reading, RequestHead } from '../../cassette/index.ts';
import type { CallerFormatName } from '../../core/operation.ts';
import { recognise } from '../../proxy/index.ts';

/** What a request asks for, in gw's own reading of paths. */
export function readRequest({ method = 'GET', url = '/', headers }: RequestHead): Reading {
  const { format, ...read } = recognise(method, url, dialectOf(headers));
  return read.is === 'local' ? { format, local: read.answer } : { format };
}

/** On the paths that several formats share, only their own clients' headers give them away. */
function dialectOf(headers: RequestHead['headers']): CallerFormatName | undefined {
  if (headers['anthropic-version'] !== undefined || headers['x-api-key'] !== undefined)
    return 'anthropic-messages';
  return headers['x-goog-api-key'] === undefined ? undefined : 'gemini';
}
