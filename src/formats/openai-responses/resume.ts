import { wantedKeys } from '../../lib/json-scan.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { Verbatim, writeJson } from '../../lib/json-write.ts';
import { applySplices } from '../../lib/splice.ts';
import { type FieldSpan, RequestFields } from '../hub/request-fields.ts';

const WANTED = wantedKeys(['input', 'previous_response_id']);

/** What a request says itself, as items with commas between them. */
export function ownItems(input: JsonView | undefined): string {
  if (input?.kind === 'array') return input.text.slice(1, -1).trim();
  return input?.kind === 'string' ? userItem(input.text) : '';
}

/** The request with the conversation it goes on from in its input, and no longer named. */
export function resume(body: Buffer, said: string): Buffer {
  const found = new RequestFields(body, WANTED);
  const previous = found.span('previous_response_id');
  const input = found.span('input');
  if (!previous) return body;
  if (!input) {
    const { key: start, end } = previous;
    return applySplices(body, [{ start, end, text: `"input":[${said}]` }]);
  }
  const text = `[${joined([said, itemsAt(body, input)])}]`;
  return applySplices(body, [
    ...found.removals('previous_response_id'),
    { start: input.start, end: input.end, text },
  ]);
}

/** Items one after the other, each list of them possibly empty. */
export function joined(lists: readonly string[]): string {
  return lists.filter((items) => items !== '').join(',');
}

function itemsAt(body: Buffer, { start, end }: FieldSpan): string {
  const text = body.toString('utf8', start, end);
  if (text.startsWith('[')) return text.slice(1, -1).trim();
  return text.startsWith('"') ? userItem(text) : '';
}

function userItem(text: string): string {
  return writeJson({ role: 'user', content: new Verbatim(text) });
}
