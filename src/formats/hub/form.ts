import { entryOf } from '../../lib/expect.ts';

/** A multipart form (RFC 7578): its text fields and its files, all of each name. */
export interface Form {
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly files: ReadonlyMap<string, readonly FormFile[]>;
}

export interface FormFile {
  readonly name: string;
  /** As the sender says; empty when it does not. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** Reads a form, whose first line is its boundary; undefined for anything else. Its files are views, not copies. */
export function readForm(body: Buffer): Form | undefined {
  const opening = /^(?:\r\n)?(--[^\r\n]{1,70})\r\n/.exec(body.toString('latin1', 0, 80));
  const mark = opening?.[1];
  if (mark === undefined) return undefined;
  const fields = new Map<string, string[]>();
  const files = new Map<string, FormFile[]>();
  const delimiter = Buffer.from(`\r\n${mark}`, 'latin1');
  let at = body.indexOf(mark) + mark.length;
  while (body.toString('latin1', at, at + 2) !== '--') {
    const end = body.indexOf(delimiter, at);
    const blank = body.indexOf('\r\n\r\n', at);
    if (end === -1 || blank === -1 || blank > end) return undefined;
    keep(fields, files, body.toString('utf8', at, blank), body.subarray(blank + 4, end));
    at = end + delimiter.length;
  }
  return { fields, files };
}

/** What kind of file it is, by what its sender says or by its name: many senders say `application/octet-stream`. */
export function mimeOfFile(
  { name, type }: FormFile,
  mimes: Readonly<Record<string, string>>,
): string | undefined {
  const kind = /^(?:image|audio)\/(.+)$/.exec(type)?.[1];
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  return entryOf(mimes, kind ?? '') ?? entryOf(mimes, ending ?? '');
}

function keep(
  fields: Map<string, string[]>,
  files: Map<string, FormFile[]>,
  head: string,
  bytes: Buffer,
): void {
  const name = /[;\s]name="([^"]*)"/i.exec(head)?.[1];
  if (name === undefined) return;
  const file = /[;\s]filename="([^"]*)"/i.exec(head)?.[1];
  if (file === undefined) {
    add(fields, name, bytes.toString('utf8'));
    return;
  }
  const type = /^content-type:\s*([^\s;]+)/im.exec(head)?.[1] ?? '';
  add(files, name, { name: file, type: type.toLowerCase(), bytes });
}

/** In place: a form may have a part for every fifty of its bytes. */
function add<T>(lists: Map<string, T[]>, name: string, value: T): void {
  const list = lists.get(name);
  if (list) list.push(value);
  else lists.set(name, [value]);
}
