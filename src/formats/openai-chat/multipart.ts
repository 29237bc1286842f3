import { type Fault, fault } from '../../core/fault.ts';
import type { Envelope } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';

/** Field values are read up to this size; a model name or a flag is never longer. */
const LONGEST_VALUE = 1024;

/**
 * Reads the `model` and `stream` fields of a multipart form (RFC 7578) without touching its files: parts are found by
 * their boundary, and only the two small fields are decoded.
 */
export function readMultipartEnvelope(contentType: string, body: Buffer): Outcome<Envelope, Fault> {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) return failed(fault('bad_request', 'the multipart content type names no boundary'));
  const fields = findFields(body, Buffer.from(`--${mark}`));
  if (!fields) return failed(fault('bad_request', 'the multipart body does not end with its boundary'));
  const model = fields.get('model');
  return ok({
    model: model ? body.toString('utf8', model.start, model.end) : '',
    stream: text(body, fields.get('stream')) === 'true',
    effort: undefined,
    fallbacks: [],
    session: undefined,
    wantsUsage: true,
    always: [],
    modelAt: model && { ...model, json: false },
    askUsage: undefined,
  });
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function findFields(body: Buffer, mark: Buffer): ReadonlyMap<string, Span> | undefined {
  const fields = new Map<string, Span>();
  let at = body.indexOf(mark);
  while (at !== -1) {
    const head = at + mark.length;
    if (body.toString('latin1', head, head + 2) === '--') return fields;
    const headEnd = body.indexOf('\r\n\r\n', head);
    const next = body.indexOf(mark, head);
    if (headEnd === -1 || next === -1) return undefined;
    const name = /[;\s]name="([^"]*)"/i.exec(body.toString('latin1', head, headEnd))?.[1];
    const value = { start: headEnd + 4, end: next - 2 };
    if (name !== undefined && value.end - value.start <= LONGEST_VALUE) fields.set(name, value);
    at = next;
  }
  return undefined;
}

function text(body: Buffer, span: Span | undefined): string | undefined {
  return span && body.toString('utf8', span.start, span.end);
}
