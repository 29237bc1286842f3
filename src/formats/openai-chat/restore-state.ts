import type { TranslationTarget } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { unsealDetail } from './kept-state.ts';
import { detailsOf } from './reasoning-details.ts';

/**
 * The request for a host of this very format: entries of `reasoning_details` in which gw sent state of another format are
 * taken out, or given back as they were when they are this host's own. With them goes the `reasoning_content` that gw
 * wrote beside them: hosts that have no such field refuse the message.
 */
export function restoreState(body: Buffer, target: TranslationTarget): Buffer {
  const text = body.toString('utf8');
  const messages = viewJson(text)?.list('messages') ?? [];
  const edited: string[] = [];
  let at = 0;
  for (const message of messages) {
    const restored = restoreMessage(message, target);
    if (restored === undefined) continue;
    edited.push(text.slice(at, message.span.start), restored);
    at = message.span.end;
  }
  return edited.length === 0 ? body : Buffer.from(edited.join('') + text.slice(at));
}

function restoreMessage(message: JsonView, target: TranslationTarget): string | undefined {
  const details = message.list('reasoning_details');
  if (!details.some((detail) => unsealDetail(detail) !== undefined)) return undefined;
  const kept = details.flatMap((detail) => restoreDetail(detail, target));
  const wantsThought = target.quirks.includes('reasoning-content-back');
  const fields: [string, JsonOut][] = [];
  for (const [name, value] of message.fields()) {
    if (name === 'reasoning_details') {
      if (kept.length > 0) fields.push([name, kept]);
    } else if (wantsThought || (name !== 'reasoning_content' && name !== 'reasoning')) {
      fields.push([name, new Verbatim(value.text)]);
    }
  }
  return writeJson(Object.fromEntries(fields));
}

function restoreDetail(detail: JsonView, { provider }: TranslationTarget): JsonOut[] {
  const carried = unsealDetail(detail);
  if (!carried) return [new Verbatim(detail.text)];
  return carried.flatMap(({ text = '', states }) => {
    const own = states.filter((state) => state.format === 'openai-chat' && state.provider === provider);
    return detailsOf({ kind: 'reasoning', text, opaque: own });
  });
}
