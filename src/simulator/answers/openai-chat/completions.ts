import { field, numberField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript, CREATED, SSE, streamScript, usageIn } from '../../content/converse.ts';
import { answerTokens, promptTokens } from '../../content/reply.ts';
import type { Event } from '../../event.ts';
import { proseTokens, tokensOf } from '../../prose.ts';
import { hashText, idFrom } from '../../random.ts';
import type { Recipe } from '../../recipe.ts';
import type { Script } from '../../script.ts';
import { allTexts, missing } from './errors.ts';
import { openaiUsage } from './write.ts';

/** `POST /v1/completions`, the legacy text completion. */
export function answerCompletion(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const prompt = field(asked.json, 'prompt');
  if (prompt === undefined) return missing('prompt');
  const one = typeof prompt === 'string' ? prompt : JSON.stringify(prompt);
  const prompts = allTexts(prompt) ? prompt : [one];
  const seed = hashText(one, identity.seed);
  const limit = numberField(asked.json, 'max_tokens');
  const replies = prompts.map((text, index) =>
    answerTokens(recipe, wordsOf(recipe, seed + index, text), limit),
  );
  const answer = replies.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const counted = { prompt: promptTokens(recipe, prompts.join('\n')), answer, thought: 0, cached: 0 };
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
  const usage = usageIn('usage', openaiUsage(counted), recipe);
  if (field(asked.json, 'stream') !== true) {
    const choices = replies.map(({ tokens, cut }, index) => choiceOf(tokens.join(''), index, cut));
    return answerScript(envelope(choices, usage), recipe, answer);
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
  return streamScript({ opening: [], tokens, closing }, recipe, { ...SSE, end: 'data: [DONE]\n\n' });
}

function wordsOf(recipe: Recipe, seed: number, prompt: string): string[] {
  if (recipe.text !== undefined) return tokensOf(recipe.text);
  return recipe.echo ? tokensOf(prompt) : proseTokens(seed, recipe.tokens);
}
