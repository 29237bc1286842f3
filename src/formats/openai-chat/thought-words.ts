import { field, isObject, stringField } from '../../lib/expect.ts';
import type { Piece } from './think-tags.ts';

/** The thought in the fields of their own that hosts have for it; where both are given they say the same. */
export function plainThought(delta: unknown): string {
  return nonEmpty(stringField(delta, 'reasoning_content')) ?? nonEmpty(stringField(delta, 'reasoning')) ?? '';
}

/**
 * The content of a message: a text, or parts as Mistral (`thinking`) and Databricks (`reasoning`) send them, thoughts
 * among them.
 */
export function contentPieces(content: unknown): Piece[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown): Piece[] => {
    const type = stringField(part, 'type');
    if (type === 'thinking') return [{ kind: 'reasoning', text: joined(field(part, 'thinking')) }];
    if (type === 'reasoning') return [{ kind: 'reasoning', text: joined(field(part, 'summary')) }];
    const text = stringField(part, 'text');
    return text === undefined ? [] : [{ kind: 'text', text }];
  });
}

function joined(list: unknown): string {
  if (typeof list === 'string') return list;
  if (!Array.isArray(list)) return '';
  return list.map((part: unknown) => (isObject(part) ? (stringField(part, 'text') ?? '') : '')).join('');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
