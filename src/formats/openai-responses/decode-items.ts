import type { OpenedPart } from '../../core/answer.ts';
import type { Citation, OpaqueState } from '../../core/conversation.ts';
import type { TranslationTarget } from '../../core/format.ts';
import { field, isObject, stringField } from '../../lib/expect.ts';
import { mimeOfBytes } from '../hub/media-type.ts';
import { originalToolName } from '../hub/tool-names.ts';
import { readCitation } from './citations.ts';

/** A part of an answer as an item, or a part of an item, tells it. */
export interface ReadPart {
  /** Its place within the item. */
  readonly index: number;
  readonly part: OpenedPart;
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly states: readonly OpaqueState[];
}

/**
 * The parts of an output item, as far as it is whole: of a message its texts and refusals, else one or none. Of the tools
 * that a provider runs itself only the pictures they made are parts of the answer (`unread.ts` tells the others).
 */
export function readItem(item: unknown, target: TranslationTarget): readonly ReadPart[] {
  const type = stringField(item, 'type');
  if (type === 'message')
    return listOf(item, 'content').flatMap((content, index) => readContent(content, index) ?? []);
  if (type === 'image_generation_call') return readPicture(item);
  return type === 'reasoning' ? readReasoning(item, target) : readCall(item);
}

/** One text or refusal of a message. */
export function readContent(content: unknown, index: number): ReadPart | undefined {
  const refusal = stringField(content, 'refusal');
  if (refusal !== undefined) return { ...EMPTY, index, part: { kind: 'refusal' }, text: refusal };
  const text = stringField(content, 'text');
  if (text === undefined) return undefined;
  const citations = listOf(content, 'annotations').flatMap((annotation) => readCitation(annotation) ?? []);
  return { ...EMPTY, index, part: { kind: 'text' }, text, citations };
}

/** A picture that was made; without a result there is none. xAI does not say of which kind it is. */
function readPicture(item: unknown): ReadPart[] {
  const made = stringField(item, 'result') ?? '';
  if (made === '') return [];
  const kind = stringField(item, 'output_format');
  const mime = kind === undefined ? (mimeOfBytes(made) ?? 'image/png') : `image/${kind}`;
  return [{ ...EMPTY, part: { kind: 'media', mime, data: made }, text: '' }];
}

/** A thought that is neither shown nor to be sent back is none. */
function readReasoning(item: unknown, target: TranslationTarget): ReadPart[] {
  const content = paragraphs(item, 'content');
  const text = content === '' ? paragraphs(item, 'summary') : content;
  const states = readStates(item, target);
  if (text === '' && states.length === 0) return [];
  const part: OpenedPart = { kind: 'reasoning', ...(content === '' && text !== '' && { summary: true }) };
  return [{ ...EMPTY, part, text, states }];
}

/** The encrypted form of a thought, and the id that goes with it. */
export function readStates(item: unknown, { provider, model }: TranslationTarget): OpaqueState[] {
  const encrypted = stringField(item, 'encrypted_content');
  if (encrypted === undefined || encrypted === '') return [];
  const owner = { format: 'openai-responses', provider, model } as const;
  const id = stringField(item, 'id');
  const state: OpaqueState = { ...owner, kind: 'encrypted', data: encrypted };
  return id === undefined || id === '' ? [state] : [state, { ...owner, kind: 'item', data: id }];
}

function readCall(item: unknown): ReadPart[] {
  const part = openedCall(item);
  const text = stringField(item, 'arguments') ?? stringField(item, 'input') ?? '';
  return part ? [{ ...EMPTY, part, text }] : [];
}

/** The call an item begins; undefined when it is none. */
export function openedCall(item: unknown): OpenedPart | undefined {
  const type = stringField(item, 'type');
  if (type !== 'function_call' && type !== 'custom_tool_call') return undefined;
  return {
    kind: 'call',
    id: stringField(item, 'call_id') ?? stringField(item, 'id') ?? '',
    name: originalToolName(stringField(item, 'name') ?? ''),
    ...(type === 'custom_tool_call' && { custom: true }),
  };
}

function paragraphs(item: unknown, name: string): string {
  return listOf(item, name)
    .map((part) => stringField(part, 'text') ?? '')
    .filter((text) => text !== '')
    .join('\n\n');
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = isObject(value) ? field(value, name) : undefined;
  return Array.isArray(list) ? list : [];
}

const EMPTY: Omit<ReadPart, 'part'> = { index: 0, text: '', citations: [], states: [] };
