import type { Abilities, ModelFacts } from '../../core/model-facts.ts';
import type { ModelPrice, Rate, Rates } from '../../core/price.ts';
import { MODELS } from './models.ts';

/** What models.dev says of one model; undefined when it does not list it for that provider. */
export function catalogueFacts(provider: string, model: string): ModelFacts | undefined {
  const rows = rowsOf(provider);
  if (rows === undefined) return undefined;
  const start = rows.indexOf(`\n${model}\t`);
  if (start === -1) return undefined;
  const end = rows.indexOf('\n', start + 1);
  return readRow(rows.slice(start + 1, end === -1 ? undefined : end)).facts;
}

/** Every model it lists for a provider. */
export function catalogueModels(provider: string): { readonly model: string; readonly facts: ModelFacts }[] {
  const rows = rowsOf(provider);
  return rows === undefined ? [] : rows.split('\n').filter(Boolean).map(readRow);
}

// Four columns, then a figure that is not zero.
const PRICED = /^(?:[^\t\n]*\t){4}[^\t\n]*[1-9]/m;

/** True when it lists models of a provider and a price of none: one pays by the month there. */
export function isSubscription(provider: string): boolean {
  const rows = rowsOf(provider);
  return rows !== undefined && !PRICED.test(rows);
}

function rowsOf(provider: string): string | undefined {
  const head = `\n>${provider}\n`;
  const start = MODELS.indexOf(head);
  if (start === -1) return undefined;
  const end = MODELS.indexOf('\n>', start + head.length);
  return MODELS.slice(start + head.length - 1, end === -1 ? undefined : end);
}

/** Name, context (and longest prompt), longest answer, abilities, prices; tabs between. */
function readRow(row: string): { readonly model: string; readonly facts: ModelFacts } {
  const [model = '', window = '', output = '', letters = '', prices = ''] = row.split('\t');
  const [context = '', input = ''] = window.split('/');
  const price = readPrice(prices, model);
  const facts: ModelFacts = {
    ...(context !== '' && { context: Number(context) }),
    ...(input !== '' && { maxInput: Number(input) }),
    ...(output !== '' && { maxOutput: Number(output) }),
    abilities: readAbilities(letters),
    ...(letters.includes('b') && { reasoningBack: true }),
    ...(letters.includes('X') && { noText: true }),
    ...(letters.includes('d') && { deprecated: true }),
    ...(price !== undefined && { price }),
  };
  return { model, facts };
}

function readAbilities(letters: string): Abilities {
  const has = (letter: string): boolean => letters.includes(letter);
  return {
    tools: has('t'),
    images: has('i'),
    audio: has('a'),
    video: has('v'),
    pdf: has('p'),
    reasoning: has('r'),
    ...((has('s') || has('S')) && { structuredOutput: has('s') }),
    ...(has('f') && { temperature: false }),
  };
}

/** `0.5,1.5,0.05@200000:1,3,0.1`: the rates, and those beyond a prompt of so many tokens. */
function readPrice(text: string, model: string): ModelPrice | undefined {
  const [base = '', ...tiers] = text.split('@');
  const rates = readRates(base, tiers.map(readTier));
  // Subscriptions and trials are listed with zeros too, and those are no price of a token.
  if (!costs(rates) && !model.endsWith(':free')) return undefined;
  return { source: 'models.dev', periods: [{ rates }] };
}

interface Tier {
  readonly above: number;
  readonly rates: readonly (number | undefined)[];
}

function readTier(text: string): Tier {
  const colon = text.indexOf(':');
  return { above: Number(text.slice(0, colon)), rates: readNumbers(text.slice(colon + 1)) };
}

const COLUMNS = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'reasoning',
  'audioInput',
  'audioOutput',
] as const;

function readRates(text: string, tiers: readonly Tier[]): Rates {
  const rates: { -readonly [name in keyof Rates]: Rate } = {};
  for (const [index, base] of readNumbers(text).entries()) {
    const column = COLUMNS[index];
    if (column === undefined || base === undefined) continue;
    const steps = tiers.flatMap(({ above, rates: own }) => {
      const rate = own[index];
      return rate === undefined ? [] : [{ above, rate }];
    });
    rates[column] = steps.length === 0 ? base : { base, tiers: steps };
  }
  return rates;
}

function readNumbers(text: string): (number | undefined)[] {
  return text.split(',').map((cell) => (cell === '' ? undefined : Number(cell)));
}

function costs({ input, output }: Rates): boolean {
  return [input, output].some((rate) => rate !== undefined && rate !== 0);
}
