import type { OpenedPart } from '../../core/answer.ts';
import type { OpaqueState } from '../../core/conversation.ts';
import { field, isObject, numberField, stringField } from '../../lib/expect.ts';

/** One entry of `tool_calls` in an answer, whole or a piece. */
export interface CallPiece {
  readonly index: number | undefined;
  readonly id: string;
  readonly name: string;
  readonly custom: boolean;
  readonly text: string;
  /** State of the call that must come back with it (Google's OpenAI address: `extra_content`). */
  readonly extra: string | undefined;
}

/** What the piece says; hosts fill what they have no use for with empty strings. */
export function readCallPiece(entry: unknown): CallPiece {
  const custom = field(entry, 'custom');
  const isCustom = nameIn(custom) !== '' && nameIn(field(entry, 'function')) === '';
  const index = numberField(entry, 'index');
  const extra = field(entry, 'extra_content');
  return {
    index: index !== undefined && Number.isSafeInteger(index) && index >= 0 ? index : undefined,
    id: stringField(entry, 'id') ?? '',
    name: nameIn(isCustom ? custom : field(entry, 'function')),
    custom: isCustom,
    text: textIn(field(entry, 'function'), 'arguments') + textIn(custom, 'input'),
    extra: isObject(extra) ? JSON.stringify(extra) : undefined,
  };
}

function nameIn(named: unknown): string {
  return stringField(named, 'name') ?? '';
}

/** Some hosts give the arguments as an object. */
function textIn(holder: unknown, name: string): string {
  const found = field(holder, name);
  if (typeof found === 'string') return found;
  return isObject(found) ? JSON.stringify(found) : '';
}

/** A call as its pieces come. */
export class CallDraft {
  readonly key: string;
  id = '';
  /** What came before the name. */
  held = '';
  opened = false;

  constructor(key: string) {
    this.key = key;
  }
}

/**
 * Tells which call a piece belongs to. By its index, where the host counts: but some give every call the index 0 and only
 * the ids differ, others no index at all.
 */
export class CallDrafts {
  readonly #byIndex = new Map<number, CallDraft>();
  readonly #byId = new Map<string, CallDraft>();
  #last: CallDraft | undefined;
  #count = 0;

  of(piece: CallPiece): CallDraft {
    const known = this.#find(piece);
    const isOther = known && piece.id !== '' && known.id !== '' && known.id !== piece.id;
    const draft = known && !isOther ? known : new CallDraft(`call:${this.#count++}`);
    if (piece.index !== undefined) this.#byIndex.set(piece.index, draft);
    if (piece.id !== '') {
      draft.id = piece.id;
      this.#byId.set(piece.id, draft);
    }
    this.#last = draft;
    return draft;
  }

  /** Calls that never got a name. */
  *unnamed(): Iterable<CallDraft> {
    const drafts = new Set([...this.#byIndex.values(), ...this.#byId.values()]);
    for (const draft of drafts) if (!draft.opened) yield draft;
  }

  #find({ index, id, name }: CallPiece): CallDraft | undefined {
    if (index !== undefined) return this.#byIndex.get(index);
    if (id !== '') return this.#byId.get(id);
    return name === '' ? this.#last : undefined;
  }
}

/** How the call of a piece begins. */
export function openedCall(id: string, piece: CallPiece, name: string, owner: Owner): OpenedPart {
  return {
    kind: 'call',
    id,
    name,
    ...(piece.custom && { custom: true }),
    ...(piece.extra !== undefined && { opaque: [{ ...owner, kind: 'signature', data: piece.extra }] }),
  };
}

/** Whose state it is. */
export type Owner = Pick<OpaqueState, 'format' | 'provider' | 'model'>;
