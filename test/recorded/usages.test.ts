import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { calcPrice } from '@pydantic/genai-prices';
import { describe, expect, test } from 'vitest';

import { costOf } from '../../src/core/price.ts';
import type { Usage } from '../../src/core/usage.ts';
import { listedPrice } from '../../src/providers/catalogue/prices.ts';

// What an independent library read out of recorded usage bodies and asked for them. See the index beside the folder.
const root = join(import.meta.dirname, '../..');
const file = join(root, '../shared/recorded/public/genai-prices-usages/usages.json');

interface Entry {
  readonly model?: string;
  readonly body: {
    readonly file: string;
    readonly model?: string;
    readonly usage?: Readonly<Record<string, unknown>>;
    readonly usageMetadata?: unknown;
    readonly meta?: unknown;
  };
  readonly extracted: readonly Extracted[];
}

interface Extracted {
  readonly usage: Readonly<Record<string, number>>;
  readonly extractors: readonly {
    readonly provider_id: string;
    readonly api_flavor: string;
    readonly input_price?: string;
    readonly output_price?: string;
  }[];
}

type Reader = (value: unknown) => Usage | undefined;

/** Each format's bodies, and the reference's own reading of them: provider and flavour. */
const FORMATS = {
  'openai-chat': { own: 'openai chat', isOne: ({ usage }: Entry['body']) => has(usage, 'prompt_tokens') },
  'anthropic-messages': { own: 'anthropic default', isOne: isAnthropic },
  'openai-responses': {
    own: 'openai responses',
    isOne: (body: Entry['body']) => has(body.usage, 'input_tokens') && !isAnthropic(body),
  },
  gemini: { own: 'google default', isOne: ({ usageMetadata }: Entry['body']) => usageMetadata !== undefined },
  'bedrock-converse': { own: 'aws default', isOne: ({ usage }: Entry['body']) => has(usage, 'inputTokens') },
  'cohere-chat': {
    own: 'cohere tokens',
    isOne: ({ usage, meta }: Entry['body']) => has(usage, 'tokens') || meta !== undefined,
  },
} as const;
type Name = keyof typeof FORMATS;
const names = Object.keys(FORMATS) as Name[];

/** Where the reference is right to differ, and how many of them there are. */
const EXPLAINED: Readonly<Record<string, (body: Entry['body']) => boolean>> = {
  // The reference counts the last round only; what compaction took is billed too.
  'rounds of a compaction': ({ usage }) => Array.isArray(usage?.['iterations']),
  // It does not know how Mistral says what came from its cache.
  num_cached_tokens: ({ usage }) => has(usage, 'num_cached_tokens'),
};

const CLASSES: readonly (readonly [keyof Usage, string])[] = [
  ['input', 'input_tokens'],
  ['output', 'output_tokens'],
  ['cacheRead', 'cache_read_tokens'],
  ['cacheWrite', 'cache_write_tokens'],
  ['cacheWrite1h', 'cache_write_1h_tokens'],
  ['reasoning', 'output_reasoning_tokens'],
  ['audioInput', 'input_audio_tokens'],
  ['audioOutput', 'output_audio_tokens'],
  ['imageInput', 'input_image_tokens'],
  ['imageOutput', 'output_image_tokens'],
];

/** Where each provider of the reference is; others are named in the address of Hugging Face's router. */
const ADDRESSES: Readonly<Record<string, string>> = {
  anthropic: 'https://api.anthropic.com/v1',
  aws: 'https://bedrock-runtime.us-east-1.amazonaws.com',
  azure: 'https://mine.openai.azure.com/openai/v1',
  cerebras: 'https://api.cerebras.ai/v1',
  cohere: 'https://api.cohere.com/v2',
  deepseek: 'https://api.deepseek.com',
  google: 'https://generativelanguage.googleapis.com/v1beta',
  groq: 'https://api.groq.com/openai/v1',
  mistral: 'https://api.mistral.ai/v1',
  openai: 'https://api.openai.com/v1',
  openrouter: 'https://openrouter.ai/api/v1',
  ovhcloud: 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1',
  zai: 'https://api.z.ai/api/paas/v4',
  zhipuai: 'https://open.bigmodel.cn/api/paas/v4',
};

// The reference was made on this day; prices have moved since, and the library knows by how much.
const AT = Date.UTC(2026, 7, 21, 12);

function has(usage: unknown, name: string): boolean {
  return typeof usage === 'object' && usage !== null && name in usage;
}

function isAnthropic({ usage, model = '' }: Entry['body']): boolean {
  if (!has(usage, 'input_tokens')) return false;
  return (
    has(usage, 'cache_creation_input_tokens') || has(usage, 'cache_creation') || model.includes('claude')
  );
}

function entriesOf(name: Name): Entry[] {
  const entries: Entry[] = JSON.parse(readFileSync(file, 'utf8'));
  return entries.filter(({ body }) => names.find((each) => FORMATS[each].isOne(body)) === name);
}

async function readerOf(name: Name): Promise<Reader> {
  const module = await import(join(root, 'src/formats', name, 'usage.ts'));
  return module.readUsage;
}

/** The reading by the format's own vendor; where it could not read the body, the one that read most. */
function referenceFor({ extracted }: Entry, own: string): Extracted | undefined {
  const isOwn = ({ extractors }: Extracted): boolean =>
    extractors.some(({ provider_id, api_flavor }) => `${provider_id} ${api_flavor}` === own);
  const most = extracted.toSorted((a, b) => Object.keys(b.usage).length - Object.keys(a.usage).length);
  return extracted.find(isOwn) ?? most[0];
}

function differing(usage: Usage, reference: Extracted['usage']): string[] {
  return CLASSES.flatMap(([ours, theirs]) =>
    (usage[ours] ?? 0) === (reference[theirs] ?? 0) ? [] : [`${ours} ${usage[ours]} ≠ ${reference[theirs]}`],
  );
}

function explanation({ body }: Entry): string | undefined {
  return Object.keys(EXPLAINED).find((reason) => EXPLAINED[reason]?.(body));
}

function isSame(a: number | undefined, b: number | undefined): boolean {
  return a !== undefined && b !== undefined && Math.abs(a - b) < 1e-9;
}

function libraryPrice(usage: Extracted['usage'], model: string, providerId: string): number | undefined {
  return calcPrice(usage, model, { providerId, timestamp: new Date(AT) })?.total_price;
}

describe.skipIf(!existsSync(file))('recorded usage bodies', () => {
  test('are 1,577, and of a format each', () => {
    expect(names.flatMap(entriesOf)).toHaveLength(1577);
  });

  describe.each(names)('of %s', (name) => {
    const missing = !existsSync(join(root, 'src/formats', name, 'usage.ts'));

    test.skipIf(missing)('have the tokens that the reference reads', async () => {
      const read = await readerOf(name);
      const entries = entriesOf(name);
      const wrong = entries.flatMap((entry) => {
        const usage = read(entry.body.usage ?? entry.body.usageMetadata ?? entry.body.meta) ?? {};
        const reference = referenceFor(entry, FORMATS[name].own);
        const found = differing(usage, reference?.usage ?? {});
        return found.length === 0 || explanation(entry) !== undefined
          ? []
          : [`${entry.body.file}: ${found.join(', ')}`];
      });
      expect(entries.length).toBeGreaterThan(0);
      expect(wrong).toEqual([]);
    });

    test.skipIf(missing)('cost what the reference asks, or what its newer price list does', async () => {
      const read = await readerOf(name);
      const wrong: string[] = [];
      let same = 0;
      let named = 0;
      for (const entry of entriesOf(name)) {
        const usage = read(entry.body.usage ?? entry.body.usageMetadata ?? entry.body.meta) ?? {};
        const reference = referenceFor(entry, FORMATS[name].own);
        const model = entry.model ?? entry.body.model;
        if (reference === undefined || model === undefined || explanation(entry) !== undefined) continue;
        named++;
        for (const { provider_id: provider, input_price, output_price } of reference.extractors) {
          if (input_price === undefined) continue;
          const url =
            ADDRESSES[provider] ?? `https://router.huggingface.co/${provider.replace('huggingface_', '')}/v1`;
          const price = listedPrice(url, model);
          const cost = price && costOf(price, usage, AT);
          const asked = Number(input_price) + Number(output_price ?? 0);
          // A price nobody wrote down is none at all here, and nothing there.
          if (isSame(cost, asked) || (cost === undefined && asked === 0)) same++;
          else if (isSame(cost, libraryPrice(reference.usage, model, provider))) same++;
          else wrong.push(`${entry.body.file}: ${provider} ${cost} ≠ ${asked}`);
        }
      }
      expect(wrong).toEqual([]);
      // Bodies of these two name no model: there the tokens are all that can be compared.
      expect(same > 0).toBe(named > 0);
      expect(named === 0).toBe(name === 'bedrock-converse' || name === 'cohere-chat');
    });
  });
});
