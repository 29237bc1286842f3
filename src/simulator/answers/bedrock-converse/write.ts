import { type Told, type Voice, usageIn } from '../../content/converse.ts';
import { type Figures, finishIn, firstChoice } from '../../content/reply.ts';
import { callId } from '../../content/tools.ts';
import { type Event, type Timeline, timelineOf } from '../../event.ts';
import { redactThought, signThought } from '../anthropic-messages/signature.ts';
import { BEDROCK_ERRORS } from './errors.ts';
import { readConverse } from './read.ts';

/** `/model/{model}/converse` and `/converse-stream`. */
export const CONVERSE_VOICE: Voice = {
  errors: BEDROCK_ERRORS,
  read: readConverse,
  whole,
  timeline,
  streaming: ({ path }) =>
    path.endsWith('/converse-stream')
      ? { framing: 'frames', contentType: 'application/vnd.amazon.eventstream' }
      : undefined,
};

const FINISH: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'content_filtered',
};

// Fixed, so that equal requests get equal bytes.
const LATENCY = { latencyMs: 500 };

/** Input without what came from the cache. */
function usageOf({ prompt, cached, answer, thought }: Figures): unknown {
  return {
    inputTokens: Math.max(0, prompt - cached),
    outputTokens: answer + thought,
    totalTokens: Math.max(prompt, cached) + answer + thought,
    cacheReadInputTokens: cached,
    cacheWriteInputTokens: 0,
  };
}

/** A block as it stands in a whole answer, and as it comes in a stream; only calls are announced. */
interface Block {
  readonly whole: unknown;
  readonly start?: unknown;
  readonly deltas: readonly { readonly part: Event['part']; readonly delta: unknown }[];
}

function blocksOf(told: Told): readonly Block[] {
  const { tokens, calls } = firstChoice(told.reply);
  const blocks: Block[] = told.reply.thought.length === 0 ? [] : [thoughtBlock(told)];
  if (tokens.length > 0) {
    const deltas = tokens.map((text) => ({ part: 'token' as const, delta: { text } }));
    blocks.push({ whole: { text: tokens.join('') }, deltas });
  }
  for (const call of calls) {
    const tool = { name: call.name, toolUseId: callId(call, 'tooluse_', 22) };
    blocks.push({
      whole: { toolUse: { ...tool, input: JSON.parse(call.arguments) } },
      start: { toolUse: tool },
      deltas: call.tokens.map((input) => ({ part: 'token', delta: { toolUse: { input } } })),
    });
  }
  return blocks;
}

function thoughtBlock({ reply, recipe, identity }: Told): Block {
  const text = reply.thought.join('');
  if (recipe.hiddenThought) {
    const redactedContent = redactThought(identity, text);
    return {
      whole: { reasoningContent: { redactedContent } },
      deltas: [{ part: 'opening', delta: { reasoningContent: { redactedContent } } }],
    };
  }
  const signature = signThought(identity, text);
  return {
    whole: { reasoningContent: { reasoningText: { text, signature } } },
    deltas: [
      ...reply.thought.map((token) => ({
        part: 'token' as const,
        delta: { reasoningContent: { text: token } },
      })),
      { part: 'opening', delta: { reasoningContent: { signature } } },
    ],
  };
}

function whole(told: Told): unknown {
  const { reply, recipe } = told;
  const content = blocksOf(told).map((block) => block.whole);
  return {
    metrics: LATENCY,
    output: { message: { content, role: 'assistant' } },
    stopReason: finishIn(FINISH, firstChoice(reply).finish),
    ...usageIn('usage', usageOf(reply.figures), recipe),
  };
}

function timeline(told: Told): Timeline {
  const { reply, recipe } = told;
  const events = [event('opening', 'messageStart', { role: 'assistant' })];
  blocksOf(told).forEach((block, contentBlockIndex) => {
    const { start } = block;
    if (start !== undefined) events.push(event('opening', 'contentBlockStart', { contentBlockIndex, start }));
    for (const { part, delta } of block.deltas) {
      events.push(event(part, 'contentBlockDelta', { contentBlockIndex, delta }));
    }
    events.push(event('closing', 'contentBlockStop', { contentBlockIndex }));
  });
  const stopReason = finishIn(FINISH, firstChoice(reply).finish);
  events.push(event('finish', 'messageStop', { stopReason }));
  const usage = usageIn('usage', usageOf(reply.figures), recipe);
  events.push(event('usage', 'metadata', { metrics: LATENCY, ...usage }));
  return timelineOf(events);
}

/** Amazon pads its events, so that their size tells nothing. */
function event(part: Event['part'], name: string, value: object): Event {
  return { part, name, value: { ...value, p: 'abcdefghij' } };
}
