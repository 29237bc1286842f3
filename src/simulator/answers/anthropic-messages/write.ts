import { field } from '../../../lib/expect.ts';
import { SSE, type Told, type Voice, usageIn } from '../../content/converse.ts';
import { type Figures, finishIn, firstChoice } from '../../content/reply.ts';
import { callId } from '../../content/tools.ts';
import { type Event, type Timeline, timelineOf } from '../../event.ts';
import { idFrom } from '../../random.ts';
import { ANTHROPIC_ERRORS } from './errors.ts';
import { readMessages } from './read.ts';
import { redactThought, signThought } from './signature.ts';

/** `POST /v1/messages`. */
export const MESSAGES_VOICE: Voice = {
  errors: ANTHROPIC_ERRORS,
  read: readMessages,
  whole: (told) =>
    messageOf(
      told,
      blocksOf(told).map(({ whole }) => whole),
      true,
    ),
  timeline,
  streaming: ({ json, path }) =>
    field(json, 'stream') === true || path.endsWith(':streamRawPredict') ? SSE : undefined,
};

const FINISH: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
};

/** Input without what came from the cache; thinking is output. */
function usageOf({ prompt, cached, answer, thought }: Figures): Record<string, unknown> {
  return {
    input_tokens: Math.max(0, prompt - cached),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: answer + thought,
    service_tier: 'standard',
  };
}

function messageOf(told: Told, content: readonly unknown[], isWhole: boolean): unknown {
  const { reply, recipe, model } = told;
  // A stream begins with what has been counted so far: at least one token of output.
  const figures = isWhole ? reply.figures : { ...reply.figures, answer: 1, thought: 0 };
  return {
    model,
    id: `msg_01${idFrom(reply.seed, 22)}`,
    type: 'message',
    role: 'assistant',
    content,
    stop_reason: isWhole ? stopReason(told) : null,
    stop_sequence: null,
    ...usageIn('usage', usageOf(figures), recipe),
  };
}

function stopReason({ reply }: Told): string {
  return finishIn(FINISH, firstChoice(reply).finish);
}

/** A block as it stands in a whole answer, and as it comes in a stream. */
interface Block {
  readonly whole: unknown;
  readonly start: unknown;
  readonly deltas: readonly unknown[];
}

function blocksOf(told: Told): readonly Block[] {
  const { tokens, calls } = firstChoice(told.reply);
  const blocks: Block[] = told.reply.thought.length === 0 ? [] : [thoughtBlock(told)];
  if (tokens.length > 0) {
    blocks.push({
      whole: { type: 'text', text: tokens.join('') },
      start: { type: 'text', text: '' },
      deltas: tokens.map((text) => ({ type: 'text_delta', text })),
    });
  }
  for (const call of calls) {
    const tool = { type: 'tool_use', id: callId(call, 'toolu_01', 22), name: call.name };
    blocks.push({
      whole: { ...tool, input: JSON.parse(call.arguments) },
      start: { ...tool, input: {} },
      deltas: ['', ...call.tokens].map((text) => ({ type: 'input_json_delta', partial_json: text })),
    });
  }
  return blocks;
}

function thoughtBlock({ reply, recipe, identity, asked }: Told): Block {
  const text = reply.thought.join('');
  if (recipe.hiddenThought) {
    const block = { type: 'redacted_thinking', data: redactThought(identity, text) };
    return { whole: block, start: block, deltas: [] };
  }
  const omitted = field(field(asked.json, 'thinking'), 'display') === 'omitted';
  const shown = omitted ? [] : reply.thought;
  const signature = signThought(identity, shown.join(''));
  return {
    whole: { type: 'thinking', thinking: shown.join(''), signature },
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...shown.map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature },
    ],
  };
}

function timeline(told: Told): Timeline {
  const events: Event[] = [named('opening', 'message_start', { message: messageOf(told, [], false) })];
  blocksOf(told).forEach((block, index) => {
    events.push(named('opening', 'content_block_start', { index, content_block: block.start }));
    // It comes after the first block has begun, as recorded.
    if (index === 0) events.push(named('noise', 'ping', {}));
    for (const delta of block.deltas)
      events.push(named(partOf(delta), 'content_block_delta', { index, delta }));
    events.push(named('closing', 'content_block_stop', { index }));
  });
  const usage = usageIn('usage', finalUsage(told.reply.figures), told.recipe);
  const delta = { stop_reason: stopReason(told), stop_sequence: null };
  events.push(named('finish', 'message_delta', { delta, ...usage }));
  events.push(named('done', 'message_stop', {}));
  return timelineOf(events);
}

function finalUsage(figures: Figures): unknown {
  const { cache_creation: _detail, service_tier: _tier, ...usage } = usageOf(figures);
  return usage;
}

function partOf(delta: unknown): Event['part'] {
  const kind = field(delta, 'type');
  return kind === 'signature_delta' || field(delta, 'partial_json') === '' ? 'opening' : 'token';
}

function named(part: Event['part'], type: string, rest: object): Event {
  return { part, name: type, value: { type, ...rest } };
}
