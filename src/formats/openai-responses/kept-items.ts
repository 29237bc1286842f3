import type { ItemKeeper, ItemRecall } from '../../core/format.ts';
import { parseJson, stringField } from '../../lib/expect.ts';
import { scanArray, scanObject, wantedKeys } from '../../lib/json-scan.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { joined, splicedPieces } from '../../lib/splice.ts';
import { ENVELOPE_START } from '../hub/carry.ts';

/** Clients that let answers be stored (the AI SDK unless told otherwise) name earlier items like this. */
const REFERENCE = '"item_reference"';
/** Few texts have this, and it is found ten times as fast as the whole: 20 µs in a megabyte. */
const RARE = '_ref';
/** A reference is its type and its id; the rest of a conversation is not looked into. */
const LONGEST_REFERENCE = 1024;
const INPUT = wantedKeys(['input']);

/** Hands an item of an answer on to be remembered, if another provider could be told of it. */
export function keepItem(item: unknown, keep: ItemKeeper): void {
  const id = stringField(item, 'id');
  const type = stringField(item, 'type');
  if (id === undefined || id === '' || type === undefined) return;
  // Without the beginning of the conversation nobody can go on: better a clear error than an answer beside the point.
  if (type.startsWith('compaction')) return;
  const isSaid = type === 'message' || type === 'reasoning' || stringField(item, 'call_id') !== undefined;
  // Of a tool that ran at the provider only that it ran; its results may be pictures.
  keep(id, JSON.stringify(isSaid ? item : { id, type }));
}

/** Hands on all items of a whole answer. */
export function keepItems(output: unknown, keep: ItemKeeper): void {
  if (Array.isArray(output)) for (const item of output) keepItem(item, keep);
}

/** The request with items in place of references to them, where they are known; else the very bytes. */
export function recallItems(pieces: readonly Buffer[], recall: ItemRecall): readonly Buffer[] {
  if (!pieces.some(mayRefer)) return pieces;
  const body = joined(pieces);
  const input = { start: 0, end: 0 };
  scanObject(body, INPUT, (_key, _keyStart, start, end) => void Object.assign(input, { start, end }));
  const items: string[] = [];
  let isChanged = false;
  scanArray(body, input.start, (start, end) => {
    const written = body.subarray(start, end);
    const said = written.length > LONGEST_REFERENCE ? undefined : referredTo(written, recall);
    if (said !== undefined) isChanged = true;
    if (said !== '') items.push(said ?? written.toString('utf8'));
  });
  return isChanged ? splicedPieces(body, [{ ...input, text: `[${items.join(',')}]` }]) : [body];
}

function mayRefer(body: Buffer): boolean {
  const rare = body.indexOf(RARE);
  return rare !== -1 && body.includes(REFERENCE, Math.max(0, rare - REFERENCE.length));
}

/** What a reference stands for at another provider: empty when there is nothing to tell; undefined when unknown. */
function referredTo(written: Buffer, recall: ItemRecall): string | undefined {
  if (!written.includes(REFERENCE)) return undefined;
  const reference = parseJson(written.toString('utf8'));
  if (stringField(reference, 'type') !== 'item_reference') return undefined;
  const said = recall(stringField(reference, 'id') ?? '');
  const item = said === undefined ? undefined : viewJson(said);
  return item && (portable(item) ?? '');
}

/**
 * An item as a provider takes it that never saw it. Ids go: they would be looked up
 * (https://github.com/vercel/ai/issues/7543). So do thoughts that only another provider can read, and what ran there;
 * calls of the caller's own tools stay, because their results refer to them.
 */
export function portable(item: JsonView): string | undefined {
  const type = item.string('type');
  if (type === 'message') return writeMessage(item);
  const isEnvelope = item.string('encrypted_content')?.startsWith(ENVELOPE_START) === true;
  if (isEnvelope) return item.text;
  if (item.string('call_id') === undefined) return undefined;
  const kept = [...item.fields()].filter(([name]) => name !== 'id' && name !== 'status');
  return writeJson(Object.fromEntries(kept.map(([name, value]) => [name, new Verbatim(value.text)])));
}

function writeMessage(item: JsonView): string {
  const phase = item.get('phase');
  return writeJson({
    type: 'message',
    role: item.string('role') ?? 'assistant',
    phase: phase && new Verbatim(phase.text),
    content: item.list('content').map(writeContent),
  });
}

function writeContent(part: JsonView): JsonOut {
  const type = part.string('type') ?? '';
  const text = part.string('text');
  return text === undefined ? new Verbatim(part.text) : { type, text };
}
