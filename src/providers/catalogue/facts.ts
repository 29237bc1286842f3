import type { ModelFacts, ModelQuestion } from '../../core/model-facts.ts';
import { FREE, type ModelPrice } from '../../core/price.ts';
import { PRESETS } from '../presets.ts';
import { catalogueFacts, isSubscription } from './catalogue.ts';
import { listedPrice } from './prices.ts';

/** All that is known of a model at a provider; an empty object when nothing is. */
export function factsOf(question: ModelQuestion): ModelFacts {
  const name = catalogueName(question) ?? '';
  const { price: catalogued, ...facts } = catalogueFacts(name, question.model) ?? {};
  const price = priceOf(question, name, catalogued);
  return { ...facts, ...(price !== undefined && { price }) };
}

/** Under which name the catalogue lists the models of a provider: by its address, which is what a key is sent to. */
export function catalogueName({ preset, url }: Pick<ModelQuestion, 'preset' | 'url'>): string | undefined {
  const own = PRESETS.find((each) => each.name === preset);
  if (own && sameHost(own.url, url)) return own.name;
  return PRESETS.find((each) => each.url === url)?.name;
}

/** A template (`https://${ACCOUNT}.host/…`) was filled by whoever added the provider. */
function sameHost(preset: string, url: string): boolean {
  return preset.includes('${') || URL.parse(preset)?.host === URL.parse(url)?.host;
}

function priceOf(
  { free, url, model }: ModelQuestion,
  name: string,
  catalogued: ModelPrice | undefined,
): ModelPrice | undefined {
  if (free) return FREE;
  // A subscription has no price per token, whatever the same vendor asks elsewhere on its domain (https://api.z.ai).
  if (isSubscription(name)) return undefined;
  return listedPrice(url, model) ?? catalogued;
}
