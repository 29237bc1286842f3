import type { TranslationTarget } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { Verbatim, writeJson } from '../../lib/json-write.ts';
import { ENVELOPE_START, unseal } from '../hub/carry.ts';
import { toldSummary } from './compaction.ts';

/**
 * The same request for a provider of this format: thoughts in gw's envelope are given back to the target if they are its
 * own, and taken out otherwise, since nobody else can read them. A summary that gw had made is told in words.
 */
export function restoreState(body: Buffer, target: TranslationTarget): Buffer {
  const text = body.toString('utf8');
  const input = viewJson(text)?.get('input');
  if (input?.kind !== 'array') return body;
  const items = input.items().flatMap((item) => {
    const slot = item.string('encrypted_content');
    if (slot === undefined || !slot.startsWith(ENVELOPE_START)) return [item.text];
    return nativeItem(item, slot, target) ?? [];
  });
  const { start, end } = input.span;
  return Buffer.from(`${text.slice(0, start)}[${items.join(',')}]${text.slice(end)}`);
}

/** The item as its owner knows it; undefined when the target is not its owner. */
function nativeItem(item: JsonView, slot: string, { provider }: TranslationTarget): string | undefined {
  const summary = item.string('type')?.startsWith('compaction') === true ? toldSummary(item) : undefined;
  if (summary !== undefined) return writeJson({ type: 'message', role: 'user', content: summary });
  const own = (unseal(slot) ?? [])
    .flatMap(({ states }) => states)
    .filter((state) => state.format === 'openai-responses' && state.provider === provider);
  const encrypted = own.find(({ kind }) => kind === 'encrypted');
  if (!encrypted) return undefined;
  return writeJson({
    type: 'reasoning',
    id: own.find(({ kind }) => kind === 'item')?.data,
    summary: new Verbatim(item.get('summary')?.text ?? '[]'),
    encrypted_content: encrypted.data,
  });
}
