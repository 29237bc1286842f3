import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import { command } from '../../../src/cli/commands/models.ts';
import { formatAbilities, formatPrice, formatTokens } from '../../../src/cli/models/words.ts';
import { type ControlServer, serveControl } from '../../../src/control/index.ts';
import { findPaths } from '../../../src/core/paths.ts';
import { NIGHT } from '../../sample-trail.ts';
import { declining } from './answering-daemon.ts';
import { temporaryHome, terminal } from './provider-ground.ts';

const PROFILE = {
  providers: {
    openai: { preset: 'openai' },
    lab: { url: 'http://127.0.0.1:9/v1', quirks: ['free'], models: ['llama-lab'] },
    gateway: { url: 'http://10.1.2.3:8000/v1' },
    off: { preset: 'groq', enabled: false },
  },
  routes: { default: { match: ['*'], targets: ['openai/gpt-unheard-of'] } },
};

function homeWithProfile(): string {
  const home = temporaryHome();
  writeFileSync(join(home, 'config.json'), JSON.stringify({ profiles: { default: PROFILE } }), {
    mode: 0o600,
  });
  return home;
}

interface Listed {
  readonly models: readonly {
    readonly target: string;
    readonly source: string;
    readonly context: number | null;
    readonly abilities: Readonly<Record<string, boolean | null>>;
    readonly price: { readonly source: string; readonly input?: number } | null;
  }[];
  readonly unlisted: readonly string[];
}

let daemon: ControlServer | undefined;
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
});

async function list(
  words: readonly string[] = [],
  options = {},
  lists?: Readonly<Record<string, readonly string[]>>,
): Promise<Listed> {
  const at = terminal(homeWithProfile(), { json: true });
  if (lists !== undefined) {
    daemon = await serveControl({
      path: findPaths({ GW_HOME: at.home }).socket,
      handlers: { ...declining, models: () => ({ lists }) },
      subscribe: () => () => {},
    });
  }
  const { out } = await at.run(command, words, options);
  return JSON.parse(out);
}

describe('gw models', () => {
  test('lists what the catalogue and the profile have while gw does not run', async () => {
    const { models, unlisted } = await list();
    const mini = models.find(({ target }) => target === 'openai/gpt-4o-mini');
    expect(mini).toMatchObject({
      source: 'catalogue',
      context: 128_000,
      abilities: { tools: true, images: true, audio: false, temperature: null },
      price: { source: 'genai-prices', input: 0.15 },
    });
    expect(models.find(({ target }) => target === 'lab/llama-lab')).toMatchObject({
      source: 'profile',
      context: null,
      abilities: { tools: null },
      price: { source: 'free' },
    });
    expect(models.find(({ target }) => target === 'openai/gpt-unheard-of')).toMatchObject({
      source: 'profile',
      context: null,
      price: null,
    });
    expect(unlisted).toEqual(['gateway']);
    expect(models.some(({ target }) => target.startsWith('off/'))).toBe(false);
  });

  test('lists what the providers say while gw runs, and nothing older instead', async () => {
    const { models, unlisted } = await list([], {}, { openai: ['gpt-4o', 'gpt-new'], gateway: ['own'] });
    expect(models.map(({ target, source }) => `${target} ${source}`)).toEqual([
      'openai/gpt-4o provider',
      'openai/gpt-new provider',
      'openai/gpt-unheard-of profile',
      'lab/llama-lab profile',
      'gateway/own provider',
    ]);
    expect(models[0]?.context).toBe(128_000);
    expect(unlisted).toEqual([]);
  });

  test('finds models by parts of their names, and those of one provider', async () => {
    const { models } = await list(['4o mini']);
    expect(models[0]?.target).toBe('openai/gpt-4o-mini');
    const off = await list([], { provider: 'off' });
    expect(off.models.every(({ target }) => target.startsWith('off/'))).toBe(true);
    expect(off.models.length).toBeGreaterThan(5);
  });

  test('says which are unknown rather than guessing, in a table', async () => {
    const { run } = terminal(homeWithProfile());
    const { out, err, exit } = await run(command, ['unheard']);
    expect(exit).toBe(0);
    expect(out).toMatch(/^openai\/gpt-unheard-of +\? +\? +\? +\?$/m);
    expect(err).toContain('The models of gateway are not known: gw start');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('says that nothing is like what was typed, and how many there are', async () => {
    const { run } = terminal(homeWithProfile());
    const { out, err } = await run(command, ['zzzz']);
    expect(out).toBe('');
    expect(err).toMatch(/None of \d+ models of 2 providers is like "zzzz"/);
  });

  test('tells what to do without any provider', async () => {
    expect((await terminal().run(command, [])).error).toMatchObject({
      fix: 'gw init, or gw provider presets',
    });
  });
});

describe('what is known of a model, in words', () => {
  test.each([
    [undefined, '?'],
    [512, '512'],
    [128_000, '128k'],
    [1_000_000, '1M'],
    [1_048_576, '1M'],
    [2_500_000, '2.5M'],
  ])('%s tokens are %s', (tokens, text) => {
    expect(formatTokens(tokens)).toBe(text);
  });

  test('abilities are those it has; none is not the same as unknown', () => {
    expect(formatAbilities({})).toBe('?');
    expect(formatAbilities({ abilities: { tools: false } })).toBe('–');
    expect(formatAbilities({ abilities: { tools: true, structuredOutput: true }, deprecated: true })).toBe(
      'tools schema deprecated',
    );
  });

  test('a price is what a million tokens cost now', () => {
    const priceOf = (rates: object): string =>
      formatPrice({ price: { source: 'models.dev', periods: [{ rates }] } }, NIGHT);
    expect(formatPrice({}, NIGHT)).toBe('?');
    expect(priceOf({ input: 2.5, output: 10 })).toBe('$2.50/$10');
    expect(priceOf({ input: 0, output: 0 })).toBe('free');
    expect(priceOf({ input: 0.02 })).toBe('$0.02/–');
    expect(priceOf({ input: 0.0075, output: 0.3 })).toBe('$0.0075/$0.30');
    const tiers = [{ above: 200_000, rate: 2.5 }];
    expect(priceOf({ input: { base: 1.25, tiers }, output: 10 })).toBe('$1.25/$10+');
  });
});
