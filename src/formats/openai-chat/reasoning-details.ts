import type { OpaqueState, ReasoningPart } from '../../core/conversation.ts';
import { isObject, type JsonObject, numberField, parseJson, stringField } from '../../lib/expect.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';

/**
 * One entry of `reasoning_details`, in which OpenRouter and its followers tell a thought with the state of its issuer
 * (https://openrouter.ai/docs/guides/best-practices/reasoning-tokens): a text with a signature, a summary, or something
 * encrypted. The host wants them back as they were.
 */
export interface Detail {
  readonly text: string;
  readonly summary: boolean;
  readonly encrypted: boolean;
  /** Which thought the entry belongs to; a stream tells one thought in many entries. */
  readonly index: number | undefined;
  /** Everything but the text. */
  readonly shape: JsonObject;
}

/** An entry; undefined for what is none. */
export function readDetail(value: unknown): Detail | undefined {
  const type = stringField(value, 'type');
  if (!isObject(value) || type === undefined) return undefined;
  const { text: _text, summary: _summary, ...shape } = value;
  return {
    text: stringField(value, 'text') ?? stringField(value, 'summary') ?? '',
    summary: type === 'reasoning.summary',
    encrypted: type !== 'reasoning.summary' && type !== 'reasoning.text',
    index: numberField(value, 'index'),
    shape,
  };
}

/** The shape of a thought that came in several entries: what a later one says anew counts. */
export function joinShapes(before: JsonObject | undefined, after: JsonObject): JsonObject {
  if (!before) return after;
  const joined = { ...before };
  for (const [name, value] of Object.entries(after)) if (value !== null && value !== '') joined[name] = value;
  return joined;
}

/** What the entry's shape is kept as: the text stands in the part itself. */
export function stateOfShape(shape: JsonObject, encrypted: boolean): Pick<OpaqueState, 'kind' | 'data'> {
  return { kind: encrypted ? 'encrypted' : 'signature', data: JSON.stringify(shape) };
}

/** The entries a thought came in, made from its state again. */
export function detailsOf(part: ReasoningPart): JsonOut[] {
  const { text } = part;
  return (part.opaque ?? []).flatMap(({ kind, data }) => {
    const shape = parseJson(data);
    if (!isObject(shape)) return [];
    if (kind === 'encrypted') return [new Verbatim(data)];
    const place = stringField(shape, 'type') === 'reasoning.summary' ? 'summary' : 'text';
    return [new Verbatim(JSON.stringify(text === '' ? shape : { ...shape, [place]: text }))];
  });
}
