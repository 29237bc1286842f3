import type { ModelFacts, ModelQuestion } from '../core/model-facts.ts';

export { findPreset, PRESETS } from './presets.ts';

/** The tables of models and prices: over a megabyte, so they are loaded only by who asks for them. */
export interface Catalogue {
  /** All that is known of a model at a provider; an empty object when nothing is. */
  factsOf(question: ModelQuestion): ModelFacts;
  /** Every model known for a provider. */
  modelsOf(provider: Pick<ModelQuestion, 'preset' | 'url' | 'free'>): readonly string[];
}

/** Loads the tables of models and prices. */
export async function loadCatalogue(): Promise<Catalogue> {
  const [{ factsOf, catalogueName }, { catalogueModels }] = await Promise.all([
    import('./catalogue/facts.ts'),
    import('./catalogue/catalogue.ts'),
  ]);
  return {
    factsOf,
    modelsOf: (provider) => catalogueModels(catalogueName(provider) ?? '').map(({ model }) => model),
  };
}
