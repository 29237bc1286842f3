import type { OpaqueState } from '../../core/conversation.ts';
import type { CarriedState, TranslationTarget } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { ENVELOPE_START } from '../hub/carry.ts';
import { claudeOf } from '../hub/claude.ts';
import { carriedIn } from './slots.ts';

/** Replaces a part of the text; in UTF-16 units. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The same request with what travelled in gw's envelopes given back to its owner, and taken out for everybody else:
 * thoughts of other providers, and their finds on the web. Every other byte stays.
 */
export function restoreState(body: Buffer, target: TranslationTarget): Buffer {
  const text = body.toString('utf8');
  const request = viewJson(text);
  if (request?.kind !== 'object') return body;
  const messages = request.list('messages');
  const left = new Set<JsonView>();
  const edits: Edit[] = [];
  for (const message of messages) {
    const fitted = restoreMessage(message, target);
    if (fitted === 'nothing') left.add(message);
    else edits.push(...fitted);
  }
  if (left.size < messages.length) edits.push(...removeItems(messages, left));
  if (edits.length === 0) return body;
  const history = messages.filter((message) => !left.has(message));
  return Buffer.from(applyEdits(text, [...edits, ...unthinking(request, history, target)]));
}

/** The edits of one message; `nothing` when nothing of it is left. */
function restoreMessage(message: JsonView, target: TranslationTarget): Edit[] | 'nothing' {
  const blocks = message.list('content');
  const gone = new Set<JsonView>();
  const edits: Edit[] = [];
  for (const block of blocks) {
    const native = restoreBlock(block, target);
    if (native === '') gone.add(block);
    else if (native !== undefined) edits.push({ ...block.span, text: native });
    else edits.push(...cleanCitations(block));
  }
  if (gone.size === 0) return edits;
  return gone.size === blocks.length ? 'nothing' : [...edits, ...removeItems(blocks, gone)];
}

/** What stands in the place of a block: undefined when it stays, empty when it goes. */
function restoreBlock(block: JsonView, target: TranslationTarget): string | undefined {
  const carried = sealedIn(block);
  if (!carried) return undefined;
  const shown = block.string('thinking') ?? '';
  const native = carried.flatMap((entry) =>
    entry.on === 'reasoning'
      ? entry.states
          .filter((state) => isOwn(state, target))
          .map((state) => nativeBlock(state, entry.text ?? shown))
      : [],
  );
  return native.join(',');
}

/** The envelope in a thought's slot; undefined for blocks of another kind, and for native ones. */
function sealedIn(block: JsonView): readonly CarriedState[] | undefined {
  const type = block.string('type');
  if (type === 'thinking') return carriedIn(block.string('signature'));
  return type === 'redacted_thinking' ? carriedIn(block.string('data')) : undefined;
}

function isOwn({ format, provider, kind }: OpaqueState, target: TranslationTarget): boolean {
  const isAtHome = format === 'anthropic-messages' && kind !== 'item';
  return isAtHome && (provider === undefined || provider === target.provider);
}

function nativeBlock({ kind, data }: OpaqueState, text: string): string {
  return kind === 'encrypted'
    ? JSON.stringify({ type: 'redacted_thinking', data })
    : JSON.stringify({ type: 'thinking', thinking: text, signature: data });
}

/** Anthropic would not know these finds again; without them the text says the same. */
function cleanCitations(block: JsonView): Edit[] {
  const citations = block.get('citations');
  const isForeign = citations
    ?.items()
    .some((citation) => citation.string('encrypted_index')?.startsWith(ENVELOPE_START) === true);
  return citations && isForeign === true ? [{ ...citations.span, text: 'null' }] : [];
}

/**
 * With a budget of thought, the model's part of an unfinished round of calls must begin with a thought. Where that one
 * was another provider's and is gone, the model thinks as it likes, or not at all in this round.
 */
function unthinking(request: JsonView, history: readonly JsonView[], target: TranslationTarget): Edit[] {
  const thinking = request.get('thinking');
  if (thinking?.string('type') !== 'enabled') return [];
  const spoken = history.findLast((message) => message.string('role') === 'assistant');
  const isMidway = history
    .at(-1)
    ?.list('content')
    .some((block) => block.string('type') === 'tool_result');
  const first = spoken?.list('content').find((block) => restoreBlock(block, target) !== '');
  const begins = first?.string('type') === 'thinking' || first?.string('type') === 'redacted_thinking';
  if (isMidway !== true || begins) return [];
  if (claudeOf(target).thinking === 'adaptive') return [{ ...thinking.span, text: '{"type":"adaptive"}' }];
  // Its rules for old thoughts are refused when there are no new ones.
  const management = request.get('context_management');
  const isAbout = management?.text.includes('clear_thinking') === true;
  return [
    { ...thinking.span, text: '{"type":"disabled"}' },
    ...(management && isAbout ? [{ ...management.span, text: 'null' }] : []),
  ];
}

/** The edits that take items out of a list, of which others stay, with their commas. */
function removeItems(items: readonly JsonView[], gone: ReadonlySet<JsonView>): Edit[] {
  const edits: Edit[] = [];
  let before: JsonView | undefined;
  for (const [at, item] of items.entries()) {
    if (!gone.has(item)) {
      before = item;
      continue;
    }
    // Behind an item that stays, its comma goes too; in front of the first that stays, the comma after.
    const next = items[at + 1];
    const start = before ? before.span.end : item.span.start;
    const end = before ? item.span.end : (next?.span.start ?? item.span.end);
    const last = edits.at(-1);
    if (last && before && last.start === start) edits[edits.length - 1] = { start, end, text: '' };
    else edits.push({ start, end, text: '' });
  }
  return edits;
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    pieces.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}
