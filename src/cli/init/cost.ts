import { costOf, type ModelPrice } from '../../core/price.ts';
import { askCatalogue } from '../../daemon/index.ts';
import { SHORT_ANSWER_TOKENS } from '../chat/question.ts';
import type { Context } from '../context.ts';
import type { Found } from './find.ts';

// "Say ok." in any tokenizer, with what a format puts around it.
const QUESTION_TOKENS = 16;

/** What trying these providers cost at most, US dollars; undefined where a price is not known or nothing was asked. */
export async function trialCost(context: Context, found: readonly Found[]): Promise<number | undefined> {
  const asked = found.flatMap(({ preset, check: { result } }) =>
    result.is === 'ok' && result.answered !== undefined
      ? [
          {
            preset: preset.name,
            url: preset.url,
            free: preset.quirks.includes('free'),
            model: result.answered,
          },
        ]
      : [],
  );
  if (asked.length === 0) return undefined;
  const answer = await askCatalogue({ models: asked, providers: [] }, context.clock);
  const prices = (answer?.facts ?? []).flatMap(({ price }) => price ?? []);
  const costs = prices.flatMap((price: ModelPrice) => {
    const usage = { input: QUESTION_TOKENS, output: SHORT_ANSWER_TOKENS };
    return costOf(price, usage, context.clock.now()) ?? [];
  });
  return costs.length < asked.length ? undefined : costs.reduce((sum, cost) => sum + cost, 0);
}
