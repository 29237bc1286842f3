import type { LossCode } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';

/**
 * What of a part no part of an answer can hold: what ran at Google, files that are there, and drafts of pictures, which
 * belong to a thought (https://ai.google.dev/api/caching#Part).
 */
const LOSSES: readonly (readonly [name: string, loss: LossCode])[] = [
  ['executableCode', 'server-steps'],
  ['codeExecutionResult', 'server-steps'],
  ['toolCall', 'server-steps'],
  ['toolResponse', 'server-steps'],
  ['fileData', 'answer-media'],
];

/** What a candidate says of its tools beside its parts: what was searched for, and which addresses were read. */
export function stepsIn(candidate: JsonView): LossCode[] {
  const searched = candidate.get('groundingMetadata')?.list('webSearchQueries') ?? [];
  return searched.length > 0 || candidate.get('urlContextMetadata') ? ['server-steps'] : [];
}

/** What such a part loses; a draft is one only where it is of a thought. */
export function unreadIn(part: JsonView): LossCode[] {
  const losses = LOSSES.flatMap(([name, loss]) => (part.get(name) ? [loss] : []));
  const isDraft = part.flag('thought') === true && part.get('inlineData') !== undefined;
  return isDraft ? [...losses, 'answer-media'] : losses;
}
