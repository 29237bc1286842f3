import { field } from '../../lib/expect.ts';
import type { Asked, Identity } from '../asked.ts';
import { idFrom } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { type Script, wholeScript } from '../script.ts';
import { CREATED } from './chat.ts';
import { refusal } from './refusal.ts';
import { type Event, streamScript, wholeWaitMs } from './stream.ts';
import { answerTokens, promptTokens, seedOf, serialise, usageObject } from './text.ts';

/** `POST /v1/completions`, the legacy text completion. */
export function answerCompletion(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const prompt = field(asked.json, 'prompt');
  if (prompt === undefined) {
    return refusal(400, "Missing required parameter: 'prompt'.", 'missing_required_parameter', 'prompt');
  }
  const prompts =
    Array.isArray(prompt) && typeof prompt[0] === 'string'
      ? prompt.map(String)
      : [typeof prompt === 'string' ? prompt : JSON.stringify(prompt)];
  const seed = seedOf(prompt, identity);
  const replies = prompts.map((text, index) => answerTokens(asked, recipe, seed + index, text));
  const completion = replies.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const counted = { prompt: promptTokens(recipe, prompts.join('\n')), completion, reasoning: 0, cached: 0 };
  const signature = { id: `cmpl-${idFrom(seed, 29)}`, object: 'text_completion', created: CREATED };
  const envelope = (choices: unknown, usage: object): unknown => ({
    ...signature,
    model: recipe.model ?? asked.model,
    choices,
    ...usage,
    system_fingerprint: `fp_${identity.name}`,
  });
  const choiceOf = (text: string, index: number, cut: boolean | undefined): unknown => ({
    text,
    index,
    logprobs: null,
    finish_reason: cut === undefined ? null : (recipe.finishReason ?? (cut ? 'length' : 'stop')),
  });
  const usage = { usage: usageObject(counted, recipe) };
  if (field(asked.json, 'stream') !== true) {
    const choices = replies.map(({ tokens, cut }, index) => choiceOf(tokens.join(''), index, cut));
    const body = Buffer.from(serialise(envelope(choices, recipe.usage === 'none' ? {} : usage)));
    return wholeScript(200, 'application/json', body, { waitMs: wholeWaitMs(recipe, completion) });
  }
  const tokens = replies.flatMap((reply, index) =>
    reply.tokens.map((text): Event[] => [
      { part: 'token', value: envelope([choiceOf(text, index, undefined)], {}) },
    ]),
  );
  const closing = replies.map((reply, index): Event => {
    const reported = recipe.usage === 'finish' || recipe.usage === 'each' ? usage : {};
    return { part: 'finish', value: envelope([choiceOf('', index, reply.cut)], reported) };
  });
  const wanted = field(field(asked.json, 'stream_options'), 'include_usage') === true;
  if (wanted && recipe.usage === 'asked') closing.push({ part: 'usage', value: envelope([], usage) });
  return streamScript({ opening: [], tokens, closing }, recipe);
}
