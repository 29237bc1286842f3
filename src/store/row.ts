import { parseJson, stringField } from '../lib/expect.ts';

const LINE_FEED = 10;
// How a line begins: the id is a trail's first field.
const HEAD = /^\{"id":"([0-9a-z]{16})"$/;
const HEAD_BYTES = 24;

/** Calls `each` with the id and the JSON of every trail in a batch; lines that are no trail are passed over. */
export function eachRow(lines: Uint8Array, each: (id: string, trail: Uint8Array) => void): void {
  const buffer = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  let start = 0;
  for (let end = buffer.indexOf(LINE_FEED); end !== -1; end = buffer.indexOf(LINE_FEED, start)) {
    const id = idOf(buffer, start, end);
    if (id !== undefined) each(id, buffer.subarray(start, end));
    start = end + 1;
  }
}

/** Parsing a line takes longer than storing it, so it is only done to those that begin in another way. */
function idOf(buffer: Buffer, start: number, end: number): string | undefined {
  const head = HEAD.exec(buffer.toString('latin1', start, Math.min(end, start + HEAD_BYTES)));
  return head?.[1] ?? stringField(parseJson(buffer.toString('utf8', start, end)), 'id');
}
