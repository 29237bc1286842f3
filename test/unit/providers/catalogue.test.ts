import { describe, expect, it } from 'vitest';

import { costOf } from '../../../src/core/price.ts';
import { loadCatalogue, PRESETS } from '../../../src/providers/index.ts';

const catalogue = await loadCatalogue();
const AT = Date.UTC(2026, 10, 1);
const OPENAI = { preset: 'openai', url: 'https://api.openai.com/v1', free: false };

describe('what is known of a model', () => {
  it('is its limits, its abilities and its price', () => {
    const facts = catalogue.factsOf({ ...OPENAI, model: 'gpt-4o-mini' });
    expect(facts).toMatchObject({
      context: 128_000,
      maxOutput: 16_384,
      abilities: { tools: true, images: true, audio: false, reasoning: false, structuredOutput: true },
      price: { source: 'genai-prices' },
    });
    expect(facts.price && costOf(facts.price, { input: 1_000_000, output: 0 }, AT)).toBe(0.15);
  });

  it('is nothing where nobody says anything', () => {
    expect(catalogue.factsOf({ ...OPENAI, model: 'no-such-model' })).toEqual({});
    const elsewhere = { preset: undefined, url: 'http://10.0.0.5:8000/v1', free: false };
    expect(catalogue.factsOf({ ...elsewhere, model: 'gpt-4o-mini' })).toEqual({});
  });

  it('follows the address, not the name of the preset: another host has its own models and prices', () => {
    const moved = { preset: 'openai', url: 'https://gateway.example/v1', free: false };
    expect(catalogue.factsOf({ ...moved, model: 'gpt-4o-mini' })).toEqual({});
    const unnamed = { preset: undefined, url: OPENAI.url, free: false };
    expect(catalogue.factsOf({ ...unnamed, model: 'gpt-4o-mini' }).context).toBe(128_000);
  });

  it('has a price for hosts that only the catalogue knows', () => {
    const chutes = { preset: 'chutes', url: 'https://llm.chutes.ai/v1', free: false };
    const priced = catalogue
      .modelsOf(chutes)
      .map((model) => catalogue.factsOf({ ...chutes, model }).price?.source);
    expect(priced).toContain('models.dev');
  });

  it('is no price per token where one pays by subscription', () => {
    const plan = PRESETS.find(({ name }) => name === 'zai-coding-plan');
    const question = { preset: plan?.name, url: plan?.url ?? '', free: false };
    const models = catalogue.modelsOf(question);
    expect(models).not.toEqual([]);
    for (const model of [...models, 'glm-4.6']) {
      expect(catalogue.factsOf({ ...question, model }).price, model).toBeUndefined();
    }
  });

  it('is a price of nothing where nothing costs', () => {
    const facts = catalogue.factsOf({ ...OPENAI, free: true, model: 'gpt-4o-mini' });
    expect(facts.price && costOf(facts.price, { input: 1000, output: 1000 }, AT)).toBe(0);
  });

  it('finds the models of an account whose address was filled in', () => {
    const account = { preset: 'cloudflare-workers-ai', free: false };
    const url = 'https://api.cloudflare.com/client/v4/accounts/0123abcd/ai/v1';
    expect(catalogue.modelsOf({ ...account, url })).not.toEqual([]);
  });
});

describe('the table of models', () => {
  it('has rows that mean something for every provider it lists', () => {
    for (const { name, url } of PRESETS) {
      const question = { preset: name, url, free: false };
      for (const model of catalogue.modelsOf(question)) {
        const { context, maxOutput } = catalogue.factsOf({ ...question, model });
        expect(model, name).toMatch(/^[^\s]+( [^\s]+)*$/);
        for (const figure of [context, maxOutput])
          expect(figure === undefined || Number.isSafeInteger(figure), `${name}/${model}`).toBe(true);
      }
    }
  });

  it('lists models for nearly every host', () => {
    const without = PRESETS.filter(
      ({ name, url, local }) => !local && catalogue.modelsOf({ preset: name, url, free: false }).length === 0,
    );
    expect(without.map(({ name }) => name)).toEqual(['sambanova']);
  });
});
