import type { LossCode } from '../../core/conversation.ts';
import { type JsonObject, stringField } from '../../lib/expect.ts';
import { readAnnotation } from './annotations.ts';
import { readImages } from './images.ts';

/** What a delta or message has and no part of an answer can hold. */
export function unreadIn({ annotations, images, content, executed_tools: steps }: JsonObject): LossCode[] {
  const losses: LossCode[] = [];
  if (Array.isArray(annotations) && annotations.some(isPlaceless)) losses.push('citations');
  if (Array.isArray(images) && readImages(images).length < images.length) losses.push('answer-media');
  // What Groq's compound systems did (https://console.groq.com/docs/compound).
  if (Array.isArray(steps) && steps.length > 0) losses.push('server-steps');
  if (Array.isArray(content)) for (const part of content) losses.push(...lossOfPart(part));
  return losses;
}

/** A source that is a file of the provider's. Others are no sources: OpenRouter's `file` is what it read of the caller's own. */
function isPlaceless(annotation: unknown): boolean {
  const isCitation = stringField(annotation, 'type')?.endsWith('citation') === true;
  return isCitation && readAnnotation(annotation) === undefined;
}

function lossOfPart(part: unknown): LossCode[] {
  const type = stringField(part, 'type') ?? '';
  // Mistral's numbers of sources (https://docs.mistral.ai/capabilities/citations).
  if (type === 'reference') return ['citations'];
  return /image|audio/.test(type) ? ['answer-media'] : [];
}
