import { field, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript, CREATED, SSE, streamScript } from '../../content/converse.ts';
import { listOf } from '../../content/objections.ts';
import { promptTokens } from '../../content/reply.ts';
import { type Event, timelineOf } from '../../event.ts';
import { hashText, idFrom } from '../../random.ts';
import type { Recipe } from '../../recipe.ts';
import type { Script } from '../../script.ts';
import { seal } from '../../seal.ts';
import { object } from '../../trouble.ts';
import { RESPONSES_ERRORS } from './errors.ts';
import { itemsOf, readResponses } from './read.ts';
import { responsesUsage } from './response.ts';
import { COMPACTION_SEAL, COMPACTION_TRIGGER, SEAL_START } from './rules.ts';

/** Whether a request for an answer asks for a compaction instead. */
export function asksToCompact({ json }: Asked): boolean {
  return stringField(listOf(field(json, 'input')).at(-1), 'type') === COMPACTION_TRIGGER;
}

/** The answer to a trigger at the end of the input: one sealed item, and nothing else. */
export function answerTrigger(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const read = readResponses(asked, identity);
  if (read.is === 'failed') return object(RESPONSES_ERRORS, read.fault, asked.model);
  const item = sealedItem(itemsOf(asked, identity), identity);
  const text = read.value.turns.map((turn) => turn.text).join('\n');
  const begun = { id: `resp_${item.id}`, object: 'response', created_at: CREATED, model: asked.model };
  const body = {
    ...begun,
    status: 'completed',
    output: [item],
    error: null,
    incomplete_details: null,
    usage: usageOf(text, recipe),
  };
  if (field(asked.json, 'stream') !== true) return answerScript(body, recipe, 1);
  const bare = { id: item.id, type: item.type };
  const events: readonly (readonly [Event['part'], string, object])[] = [
    ['opening', 'response.created', { response: { ...begun, status: 'in_progress', output: [] } }],
    ['token', 'response.output_item.added', { output_index: 0, item: bare }],
    ['closing', 'response.output_item.done', { output_index: 0, item }],
    ['done', 'response.completed', { response: body }],
  ];
  const made = events.map(([part, name, rest], sequence_number): Event => ({
    part,
    name,
    value: { type: name, ...rest, sequence_number },
  }));
  return streamScript(timelineOf(made), recipe, SSE);
}

/** `/responses/compact`: the user's own messages stay; everything else goes into one sealed item. */
export function answerCompact(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const read = readResponses(asked, identity);
  if (read.is === 'failed') return object(RESPONSES_ERRORS, read.fault, asked.model);
  const items = itemsOf(asked, identity);
  const seed = hashText(JSON.stringify(items), identity.seed);
  const users = items.filter((item) => field(item, 'role') === 'user');
  const kept = users.map((item, index) => ({
    id: `msg_${idFrom(seed + index, 48)}`,
    type: 'message',
    status: 'completed',
    role: 'user',
    content: contentParts(field(item, 'content')),
  }));
  const text = read.value.turns.map((turn) => turn.text).join('\n');
  const body = {
    id: `resp_${idFrom(seed, 48)}`,
    object: 'response.compaction',
    created_at: CREATED,
    output: [...kept, sealedItem(items, identity)],
    usage: usageOf(text, recipe),
  };
  return answerScript(body, recipe, 1);
}

function sealedItem(items: readonly unknown[], { owner, seed: own }: Identity): SealedItem {
  const seed = hashText(JSON.stringify(items), own);
  const sealed = `${SEAL_START}${seal(owner, COMPACTION_SEAL, String(seed))}`;
  return { id: `cmp_${idFrom(seed, 48)}`, type: 'compaction', encrypted_content: sealed };
}

interface SealedItem {
  readonly id: string;
  readonly type: 'compaction';
  readonly encrypted_content: string;
}

function usageOf(text: string, recipe: Recipe): unknown {
  const prompt = promptTokens(recipe, text);
  return responsesUsage({ prompt, cached: recipe.cachedTokens, answer: 20, thought: 0 });
}

function contentParts(content: unknown): unknown {
  return typeof content === 'string' ? [{ type: 'input_text', text: content }] : content;
}
