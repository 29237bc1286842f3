import type { Abilities, ModelFacts } from '../../core/model-facts.ts';
import { type Rate, type Rates, ratesAt } from '../../core/price.ts';
import { keysOf } from '../../lib/expect.ts';

/** What each ability is called in a list. Whether a temperature may be set is left to `--json`. */
const WORDS: Readonly<Record<Exclude<keyof Abilities, 'temperature'>, string>> = {
  tools: 'tools',
  images: 'images',
  audio: 'audio',
  video: 'video',
  pdf: 'pdf',
  reasoning: 'reasoning',
  structuredOutput: 'schema',
};

/** `128k`, `1M`, `?` where nobody says. */
export function formatTokens(tokens: number | undefined): string {
  if (tokens === undefined) return '?';
  if (tokens < 1000) return String(tokens);
  if (tokens < 1_000_000) return `${Math.round(tokens / 1000)}k`;
  return `${(tokens / 1_000_000).toFixed(1).replace(/\.0$/, '')}M`;
}

/** The abilities a model has, in words; `?` where nobody says anything of them. */
export function formatAbilities({ abilities, noText, deprecated }: ModelFacts): string {
  if (abilities === undefined) return '?';
  const words = keysOf(WORDS)
    .filter((name) => abilities[name] === true)
    .map((name) => WORDS[name]);
  const more = [...(noText ? ['no text out'] : []), ...(deprecated ? ['deprecated'] : [])];
  return [...words, ...more].join(' ') || '–';
}

/** `$2.50/$10`: a million tokens in and out, with a `+` where long prompts cost more; `free`; `?`. */
export function formatPrice({ price }: ModelFacts, now: number): string {
  if (price === undefined) return '?';
  if (price.source === 'free') return 'free';
  const rates = ratesAt(price.periods, now);
  if (rates === undefined) return '?';
  if (baseOf(rates.input) === 0 && baseOf(rates.output) === 0) return 'free';
  const sides = [rates.input, rates.output].map((rate) =>
    rate === undefined ? '–' : `$${shortRate(baseOf(rate) ?? 0)}`,
  );
  return `${sides.join('/')}${hasTiers(rates) ? '+' : ''}`;
}

function baseOf(rate: Rate | undefined): number | undefined {
  return typeof rate === 'object' ? rate.base : rate;
}

function hasTiers(rates: Rates): boolean {
  return Object.values(rates).some((rate) => typeof rate === 'object');
}

function shortRate(dollars: number): string {
  return dollars >= 0.01 || dollars === 0
    ? dollars.toFixed(2).replace(/\.00$/, '')
    : String(Number(dollars.toPrecision(2)));
}
