/** A multipart form: its text fields, and its files by field name. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, { readonly name: string; readonly bytes: Buffer }>;
}

/** Reads a `multipart/form-data` body; undefined when it has no boundary or is not closed. */
export function parseForm(contentType: string, body: Buffer): Form | undefined {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined || !body.includes(`--${boundary}--`)) return undefined;
  const fields = new Map<string, string>();
  const files = new Map<string, { name: string; bytes: Buffer }>();
  for (const part of splitParts(body, `--${boundary}`)) {
    const blank = part.indexOf('\r\n\r\n');
    const head = part.toString('utf8', 0, blank);
    const bytes = part.subarray(blank + 4);
    const name = /\bname="([^"]*)"/.exec(head)?.[1];
    const file = /\bfilename="([^"]*)"/.exec(head)?.[1];
    if (blank === -1 || name === undefined) continue;
    if (file === undefined) fields.set(name, bytes.toString());
    else files.set(name, { name: file, bytes });
  }
  return { fields, files };
}

function splitParts(body: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = [];
  let start = body.indexOf(delimiter);
  while (start !== -1) {
    const from = start + delimiter.length;
    const end = body.indexOf(`\r\n${delimiter}`, from);
    if (end === -1) break;
    parts.push(body.subarray(from + 2, end));
    start = end + 2;
  }
  return parts;
}
