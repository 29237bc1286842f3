import type { OpaqueState } from '../../core/conversation.ts';
import type { CarriedState, TranslationTarget } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { unseal } from '../hub/carry.ts';
import { pick, pickList } from './names.ts';
import { NO_SIGNATURE } from './signatures.ts';
import { traitsOf } from './traits.ts';

/** What takes the place of a value. */
interface Edit {
  readonly view: JsonView;
  readonly text: string;
}

/**
 * The same request for a provider of this format. A part that carries an envelope of gw's gets the signature that the
 * target itself once gave, or none; thoughts of other models, and parts that were nothing but an envelope, go.
 */
export function restoreState(body: Buffer, target: TranslationTarget): Buffer {
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  const view = viewJson(text);
  if (!view) return body;
  const edits: Edit[] = [];
  const told = new Set<string>();
  for (const content of pickList(view, 'contents')) {
    const list = pick(content, 'parts');
    const parts = pickList(content, 'parts');
    const restored = parts.map((part) => restorePart(part, target, told));
    if (!list || restored.every((part) => part.is === 'same')) continue;
    const kept = restored.flatMap((part) => (part.is === 'gone' ? [] : [part.text]));
    // A turn must have a part (Google's own final chunk has this one).
    edits.push({ view: list, text: `[${kept.length > 0 ? kept.join(',') : '{"text":""}'}]` });
  }
  return edits.length === 0 ? body : Buffer.from(applyEdits(text, edits));
}

type Restored = { readonly is: 'same' | 'changed'; readonly text: string } | { readonly is: 'gone' };

function restorePart(part: JsonView, target: TranslationTarget, told: Set<string>): Restored {
  const slot = pick(part, 'thoughtSignature');
  const carried = unseal(slot?.asString() ?? '');
  if (!slot || !carried) return { is: 'same', text: part.text };
  if (part.flag('thought') === true) return { is: 'gone' };
  const isCall = pick(part, 'functionCall') !== undefined;
  const own = signatureIn(carried, isCall ? 'call' : 'text', target);
  const stand = isCall && traitsOf(target.model, target.quirks).needsSignatures ? NO_SIGNATURE : undefined;
  const signature = own ?? stand;
  if (signature === undefined && !isCall && part.string('text') === '') return { is: 'gone' };
  const thoughts = carried
    .flatMap((state) => thoughtPart(state, target) ?? [])
    .filter((thought) => !told.has(thought));
  for (const thought of thoughts) told.add(thought);
  return { is: 'changed', text: [...thoughts, withSignature(part, signature)].join(',') };
}

function signatureIn(
  carried: readonly CarriedState[],
  on: CarriedState['on'],
  target: TranslationTarget,
): string | undefined {
  return carried
    .filter((state) => state.on === on)
    .flatMap(({ states }) => states)
    .find((state) => isOwn(state, target))?.data;
}

/** A thought that the target itself signed, where it stood. */
function thoughtPart({ on, text, states }: CarriedState, target: TranslationTarget): string | undefined {
  const own = on === 'reasoning' ? states.find((state) => isOwn(state, target)) : undefined;
  return own && JSON.stringify({ text: text ?? '', thought: true, thoughtSignature: own.data });
}

function isOwn({ format, provider, kind }: OpaqueState, target: TranslationTarget): boolean {
  return (
    format === 'gemini' && kind === 'signature' && (provider === undefined || provider === target.provider)
  );
}

/** The part as it was written, but for its signature. */
function withSignature(part: JsonView, signature: string | undefined): string {
  const fields = [...part.fields()].flatMap(([name, value]) => {
    const isSlot = name === 'thoughtSignature' || name === 'thought_signature';
    if (isSlot && signature === undefined) return [];
    return [`${JSON.stringify(name)}:${isSlot ? JSON.stringify(signature) : value.text}`];
  });
  return `{${fields.join(',')}}`;
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let written = '';
  let at = 0;
  for (const { view, text: replacement } of edits) {
    written += text.slice(at, view.span.start) + replacement;
    at = view.span.end;
  }
  return written + text.slice(at);
}
