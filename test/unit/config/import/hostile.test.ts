import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { FOREIGN_KINDS, type ForeignKind } from '../../../../src/config/index.ts';
import { isObject, type JsonObject, keysOf } from '../../../../src/lib/expect.ts';
import { read } from './reading.ts';

// One document of each kind with most of what its reader looks at; every property takes them apart.
const DOCUMENTS: Readonly<Record<ForeignKind, JsonObject>> = {
  litellm: {
    model_list: [
      {
        model_name: 'a',
        litellm_params: { model: 'openai/gpt-4o', api_key: 'os.environ/A', rpm: 3, weight: 2 },
      },
      { model_name: 'a', litellm_params: { model: 'azure/x', api_base: 'https://x.openai.azure.com' } },
      { model_name: '*', litellm_params: { model: 'groq/*', extra_headers: { a: 'b' } } },
    ],
    router_settings: {
      routing_strategy: 'simple-shuffle',
      fallbacks: [{ a: ['*'] }],
      default_fallbacks: ['a'],
      context_window_fallbacks: [{ a: ['a'] }],
      model_group_alias: { b: 'a' },
      num_retries: 2,
      timeout: 3,
      cooldown_time: 4,
      allowed_fails: 1,
    },
    litellm_settings: { cache: true, cache_params: { ttl: 5 } },
    credential_list: [{ credential_name: 'c', credential_values: {} }],
  },
  portkey: {
    strategy: parse(
      '{ mode: conditional, conditions: [{ query: { params.model: x }, then: a }], default: a }',
    ) as JsonObject,
    targets: [
      { name: 'a', provider: 'openai', api_key: 'k', override_params: { model: 'm' }, weight: 1 },
      { name: 'b', strategy: { mode: 'fallback' }, targets: [{ virtual_key: 'groq-x' }] },
    ],
    retry: { attempts: 3 },
    cache: { mode: 'simple', max_age: 3 },
    request_timeout: 100,
  },
  'claude-code-router': {
    Providers: [
      {
        name: 'p',
        api_base_url: 'https://p.example.com/v1/chat/completions',
        api_key: '$P',
        models: ['m'],
        transformer: { use: ['x', ['y', {}]], m: { use: ['z'] } },
      },
    ],
    Router: { default: 'p,m', background: 'p,m', think: 'p,n', longContext: 'p,o', image: 'p' },
    API_TIMEOUT_MS: 5,
  },
  bifrost: {
    providers: {
      openai: {
        keys: [
          { value: 'env.A', models: ['*'], weight: 1 },
          { value: { env_var: 'B' }, models: ['x'], weight: 2 },
        ],
        network_config: { base_url: 'http://x', extra_headers: { a: 'b' }, max_retries: 1 },
        concurrency_and_buffer_size: { concurrency: 1 },
        custom_provider_config: { base_provider_type: 'openai' },
      },
    },
  },
  fallback: {
    primary_service: { provider: 'openai', model: 'x', api_key: 'y', base_url: 'https://z' },
    secondary_service: 'groq/x',
  },
};

/** Every place of a document, as the names that lead there. */
function placesOf(value: unknown, before: readonly string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [[...before]];
  return [
    [...before],
    ...Object.entries(value).flatMap(([name, below]) => placesOf(below, [...before, name])),
  ];
}

function withAt(value: unknown, place: readonly string[], put: unknown): unknown {
  const [name, ...rest] = place;
  if (name === undefined) return put;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === name ? withAt(item, rest, put) : item));
  return { ...(value as object), [name]: withAt((value as JsonObject)[name], rest, put) };
}

const mutated = fc.constantFrom(...keysOf(FOREIGN_KINDS)).chain((kind) =>
  fc
    .array(fc.tuple(fc.constantFrom(...placesOf(DOCUMENTS[kind])), fc.jsonValue({ maxDepth: 3 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((changes) => {
      let document: unknown = DOCUMENTS[kind];
      for (const [place, put] of changes) {
        // A later change may lead where an earlier one left nothing.
        if (placesOf(document).some((known) => known.join('\0') === place.join('\0')))
          document = withAt(document, place, put);
      }
      return { kind, document: isObject(document) ? document : {} };
    }),
);

const key = fc.stringMatching(/^sk-proj-[A-Za-z0-9]{24}$/);

describe('a configuration that is not as its tool writes it', () => {
  it('never stops the import, and never makes an invalid profile', () => {
    fc.assert(
      fc.property(mutated, ({ kind, document }) => {
        expect(read(document, kind).problems).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  it('never has a key of it in the profile, or among what is said [promise:import-hides-keys]', () => {
    const planted = fc
      .constantFrom(...keysOf(FOREIGN_KINDS))
      .chain((kind) =>
        fc.tuple(
          fc.constant(kind),
          fc.constantFrom(...placesOf(DOCUMENTS[kind])),
          key,
          fc.constantFrom('as the value', 'as a name', 'in an address', 'in a list', 'in words'),
        ),
      );
    fc.assert(
      fc.property(planted, ([kind, place, secret, how]) => {
        const forms: Record<typeof how, unknown> = {
          'as the value': secret,
          'as a name': { [secret]: { use: [secret], model: secret } },
          'in an address': `https://${secret}@host.example.com/v1?key=${secret}`,
          'in a list': [secret, { model: secret, api_key: secret }],
          'in words': `my key is ${secret}, keep it`,
        };
        const document = withAt(DOCUMENTS[kind], place, forms[how]);
        const found = read(isObject(document) ? document : {}, kind);
        expect(JSON.stringify(found)).not.toContain(secret);
        expect(found.problems).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });
});
