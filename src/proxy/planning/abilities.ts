import type { Conversation, MediaPart, Part } from '../../core/conversation.ts';
import type { Abilities, ModelFacts } from '../../core/model-facts.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import { type Memories, readConversation } from '../translation.ts';

/** No tokenizer makes more than one token of so few bytes of prose or code on average; bodies below need no closer look. */
const MOST_BYTES_PER_TOKEN = 6;

/**
 * What the target's model lacks for this request, by what is known of models; undefined when nothing speaks against it.
 * The request is only read when something could: a model that lacks an ability, or a body near the model's window.
 */
export function lacking(exchange: Exchange, step: Step, memories: Memories): string | undefined {
  if (exchange.operation !== 'chat') return undefined;
  const facts = step.facts();
  if (!facts || !mayLack(exchange, facts)) return undefined;
  const codec = exchange.format.toCaller;
  const conversation = codec && readConversation(exchange, codec, memories);
  if (conversation?.is !== 'ok') return undefined;
  const why = missingAbility(conversation.value, facts.abilities ?? {}) ?? tooLong(exchange, facts);
  return why === undefined ? undefined : `${step.target.model} ${why}`;
}

function mayLack({ body }: Exchange, { abilities = {}, context }: ModelFacts): boolean {
  const { tools, images, audio, structuredOutput } = abilities;
  if ([tools, images, audio, structuredOutput].includes(false)) return true;
  return context !== undefined && body.length > context;
}

function missingAbility({ tools, output, turns }: Conversation, abilities: Abilities): string | undefined {
  if (abilities.tools === false && tools.length > 0) return 'cannot call tools';
  if (abilities.structuredOutput === false && output?.kind === 'schema') return 'cannot follow a schema';
  const media = turns.flatMap(({ parts }) => parts).flatMap(mediaIn);
  if (abilities.images === false && media.some((part) => part.media === 'image')) return 'cannot see images';
  if (abilities.audio === false && media.some((part) => part.media === 'audio')) return 'cannot hear audio';
  return undefined;
}

function mediaIn(part: Part): MediaPart[] {
  if (part.kind === 'media') return [part];
  return part.kind === 'result' ? part.content.filter((inner) => inner.kind === 'media') : [];
}

/** Pictures in the body say nothing about tokens: then the provider itself must say that it is too long. */
function tooLong({ body, conversation }: Exchange, { context }: ModelFacts): string | undefined {
  if (context === undefined || body.length / MOST_BYTES_PER_TOKEN <= context) return undefined;
  const turns = conversation?.is === 'ok' ? conversation.value.turns : [];
  if (turns.some(({ parts }) => parts.some((part) => mediaIn(part).length > 0))) return undefined;
  return `takes ${context} tokens, and this is at least ${Math.round(body.length / MOST_BYTES_PER_TOKEN)}`;
}
