import type { Abilities } from '../../../core/model-facts.ts';
import { type Rate, ratesAt } from '../../../core/price.ts';
import { prefillOf } from '../../../formats/index.ts';
import { formatTokens } from '../../models/words.ts';
import { type Chain, type Link, standIns } from '../chains.ts';
import type { LintFinding, LintRule } from '../rule.ts';

/** From here on a failover is felt on the bill: within it lie the prices of one class of models at several hosts. */
const PRICE_JUMP = 5;

/** What a fallback cannot do that the first target of its chain can. */
export const ABILITY_RULES: readonly LintRule[] = [
  {
    code: 'smaller-context',
    severity: 'warning',
    finds: 'a fallback that takes fewer tokens than the first target',
    why: 'Long conversations lose their fallback just where they are worth most.',
    look: compare(({ facts: { context: mine } }, { name, facts: { context: theirs } }) =>
      mine !== undefined && theirs !== undefined && theirs < mine
        ? `${name} takes ${formatTokens(theirs)} tokens, the first target ${formatTokens(mine)}`
        : undefined,
    ),
  },
  lacks('tools', 'tools', 'call tools', 'Requests of agents pass it over.'),
  lacks('vision', 'images', 'see images', 'Requests with images pass it over.'),
  lacks('audio', 'audio', 'hear audio', 'Requests with sound pass it over.'),
  lacks('schema', 'structuredOutput', 'follow a JSON schema', 'Requests for structured output pass it over.'),
  {
    code: 'lacks-prefill',
    severity: 'note',
    finds: 'a fallback that does not go on from a begun answer, where the first target does',
    why: 'An answer that breaks off is asked for once more from its beginning: later, and paid for again.',
    look: compare((first, other) =>
      prefill(first) === 'accepts' && prefill(other) === 'refuses'
        ? `${other.name} does not take up a begun answer`
        : undefined,
    ),
  },
  {
    code: 'price-jump',
    severity: 'warning',
    finds: `a fallback whose price of prompts or answers is ${PRICE_JUMP} times the first target's or more, where both are known`,
    why: 'An outage becomes a bill.',
    look: ({ chains, now }) =>
      chains.flatMap((chain) =>
        compareChain(chain, (first, other) => {
          const times = priceTimes(first, other, now);
          return times === undefined || times < PRICE_JUMP
            ? undefined
            : `${other.name} costs ${Math.round(times)} times as much as ${first.name}`;
        }),
      ),
  },
  {
    code: 'cheapest-unpriced',
    severity: 'warning',
    finds: 'a target without a known price in a route that asks the cheapest first',
    why: 'What nobody knows the price of counts as the dearest, and is asked last.',
    look: ({ chains, now }) =>
      chains.flatMap(({ route, policy, links }) =>
        policy.balance !== 'cheapest'
          ? []
          : links
              .filter((link) => link.model !== undefined && rateOf(link, 'input', now) === undefined)
              .map(({ name, provider }) => ({
                route: route.name,
                target: name,
                sentence: `the price of ${name} is not known`,
                fix: `gw models --provider ${provider.name}, then gw config edit (providers.${provider.name}.prices)`,
              })),
      ),
  },
];

type Judge = (first: Link, other: Link) => string | undefined;

function compare(judge: Judge): LintRule['look'] {
  return ({ chains }) => chains.flatMap((chain) => compareChain(chain, judge));
}

function compareChain(chain: Chain, judge: Judge): LintFinding[] {
  const found = standIns(chain);
  if (!found) return [];
  const { route } = chain;
  return found.others.flatMap((other) => {
    const sentence = judge(found.first, other);
    if (sentence === undefined) return [];
    return [
      { route: route.name, target: other.name, sentence, fix: `gw models --provider ${other.provider.name}` },
    ];
  });
}

function lacks(word: string, ability: keyof Abilities, can: string, why: string): LintRule {
  return {
    code: `lacks-${word}`,
    severity: 'warning',
    finds: `a fallback that cannot ${can}, where the first target can`,
    why,
    look: compare((first, other) =>
      first.facts.abilities?.[ability] === true && other.facts.abilities?.[ability] === false
        ? `${other.name} cannot ${can}, ${first.name} can`
        : undefined,
    ),
  };
}

function prefill({ provider, model, facts }: Link): string {
  if (model === undefined) return 'unknown';
  const { name, quirks, format } = provider;
  return prefillOf(format, { provider: name, model, quirks, maxOutput: facts.maxOutput });
}

/** The larger of the two ratios; undefined where a price is not known, or the first target costs nothing on purpose. */
function priceTimes(first: Link, other: Link, now: number): number | undefined {
  const ratios = (['input', 'output'] as const).flatMap((side) => {
    const [mine, theirs] = [rateOf(first, side, now), rateOf(other, side, now)];
    return mine === undefined || theirs === undefined || mine === 0 ? [] : [theirs / mine];
  });
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}

function rateOf({ facts: { price } }: Link, side: 'input' | 'output', now: number): number | undefined {
  const rate: Rate | undefined = price && ratesAt(price.periods, now)?.[side];
  return typeof rate === 'object' ? rate.base : rate;
}
