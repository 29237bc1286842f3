import { costOf, FREE, type ModelPrice, ownPrice } from '../../core/price.ts';
import type { Provider } from '../../core/profile.ts';
import { parseTargetName, type Target } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import { askCatalogue } from '../../daemon/index.ts';
import type { Context } from '../context.ts';

/** What asking again is likely to cost: US dollars, as the recorded exchange took so many tokens. */
export type Estimate =
  | { readonly is: 'known'; readonly usd: number }
  /** `why`: no price or no tokens. */
  | { readonly is: 'unknown'; readonly why: string };

/** What the recorded exchange would cost at a target; where it was served, what it did cost. */
export async function estimate(
  context: Context,
  trail: Trail,
  asked: Pick<Target, 'provider' | 'model'>,
  provider: Provider | undefined,
): Promise<Estimate> {
  const last = trail.attempts.at(-1);
  const isSame = last?.target.provider === asked.provider && last.target.model === asked.model;
  if (isSame && last.costUsd !== undefined) return { is: 'known', usd: last.costUsd };
  if (provider === undefined)
    return { is: 'unknown', why: `${asked.provider} is not in the profile that gw reads here` };
  const price = await priceOf(context, provider, asked.model);
  if (price === undefined)
    return { is: 'unknown', why: `no price of ${asked.provider}/${asked.model} is known` };
  if (price.source === 'free') return { is: 'known', usd: 0 };
  const usage = trail.usage ?? last?.usage;
  const usd = usage && costOf(price, usage, context.clock.now());
  return usd === undefined
    ? { is: 'unknown', why: 'the recorded request did not come to an answer whose tokens are known' }
    : { is: 'known', usd };
}

async function priceOf(
  context: Context,
  { preset, url, quirks, prices }: Provider,
  model: string,
): Promise<ModelPrice | undefined> {
  const own = ownPrice(prices, model) ?? (quirks.includes('free') ? FREE : undefined);
  if (own !== undefined) return own;
  const question = { preset, url, free: false, model };
  const answer = await askCatalogue({ models: [question], providers: [] }, context.clock);
  return answer?.facts[0]?.price;
}

/** The target a replay is asked of: the one it is pinned to, else the one that was asked last. */
export function likelyTarget(
  trail: Trail,
  on: string | undefined,
): Pick<Target, 'provider' | 'model'> | undefined {
  if (on === undefined) return trail.served ?? trail.attempts.at(-1)?.target ?? trail.plan[0]?.target;
  const { provider, model } = parseTargetName(on);
  return { provider, model: model ?? trail.asked ?? '' };
}
