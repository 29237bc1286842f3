import { describe, expect, it } from 'vitest';

import { read } from './reading.ts';

const KEY = 'sk-proj-abcdefghijklmnop1234';

describe('a Portkey config', () => {
  it('becomes the route for every model, in the order its targets fall back', () => {
    const found = read({
      strategy: { mode: 'fallback', on_status_codes: [429] },
      retry: { attempts: 4 },
      cache: { mode: 'simple', max_age: 60 },
      request_timeout: 20_000,
      targets: [
        { virtual_key: 'openai-prod', override_params: { model: 'gpt-4o', temperature: 0 } },
        {
          strategy: { mode: 'loadbalance' },
          targets: [
            { provider: 'anthropic', apiKey: KEY, weight: 1 },
            { overrideParams: { model: '@groq-dev/llama-3.3-70b' } },
          ],
        },
      ],
    });
    expect(found.kind).toBe('portkey');
    expect(found.problems).toEqual([]);
    expect(found.routes).toEqual({
      default: { match: ['*'], targets: ['openai-prod/gpt-4o', 'anthropic', 'groq-dev/llama-3.3-70b'] },
    });
    expect(found.providers['openai-prod']).toEqual({ preset: 'openai' });
    expect(found.secrets).toEqual(['targets[1].targets[0].api_key anthropic ANTHROPIC_API_KEY']);
    expect(found.policy).toEqual({
      retries: 4,
      retriesLast: 4,
      cache: true,
      cacheTtlMs: 60_000,
      answerMs: 20_000,
    });
    for (const place of [
      'strategy.on_status_codes',
      'targets[0].virtual_key',
      'targets[0].override_params.temperature',
      'targets[1].strategy',
    ]) {
      expect(found.left).toContain(`${place}: `);
    }
  });

  it('shares the load by weight', () => {
    const { routes } = read({
      strategy: { mode: 'loadbalance' },
      targets: [
        { provider: 'openai', weight: 0.75 },
        { provider: 'groq', weight: 0.25 },
      ],
    });
    expect(routes['default']).toMatchObject({
      weights: { openai: 0.75, groq: 0.25 },
      policy: { balance: 'weighted' },
    });
  });

  it('makes routes of conditions on the model, and lists the others', () => {
    const { routes, left, problems } = read(`
      strategy:
        mode: conditional
        conditions:
          - { query: { params.model: { $in: [fast, quick] } }, then: small }
          - { query: { metadata.user: { $eq: paid } }, then: big }
        default: big
      targets:
        - { name: small, provider: groq }
        - { name: big, provider: openai }
    `);
    expect(problems).toEqual([]);
    expect(routes).toEqual({
      small: { match: ['fast', 'quick'], targets: ['groq'] },
      big: { match: ['*'], targets: ['openai'] },
    });
    expect(left).toContain('strategy.conditions[1]: ');
  });
});

describe('a configuration of claude-code-router', () => {
  const found = read({
    APIKEY: 'a-secret-of-its-own-1234567890',
    PROXY_URL: 'http://127.0.0.1:7890',
    API_TIMEOUT_MS: 600_000,
    Providers: [
      {
        name: 'deepseek',
        api_base_url: 'https://api.deepseek.com/chat/completions',
        api_key: '$DEEPSEEK_API_KEY',
        models: ['deepseek-chat', 'deepseek-reasoner'],
        transformer: { use: ['deepseek', ['maxtoken', { max_tokens: 16384 }]] },
      },
      {
        name: 'ollama',
        api_base_url: 'http://localhost:11434/v1/chat/completions',
        api_key: 'ollama',
        models: ['qwen2.5-coder:latest'],
      },
      {
        name: 'google',
        api_base_url: 'https://generativelanguage.googleapis.com/v1beta/models/',
        api_key: KEY,
        models: ['gemini-2.5-pro'],
        transformer: { use: ['gemini'] },
      },
      {
        name: 'claude',
        api_base_url: 'https://claude.example.com/v1/messages',
        api_key: '${CLAUDE_KEY}',
        models: ['claude-x'],
        transformer: { use: ['Anthropic'] },
      },
    ],
    Router: {
      default: 'deepseek,deepseek-chat',
      background: 'ollama,qwen2.5-coder:latest',
      think: 'deepseek,deepseek-reasoner',
      longContext: 'google,gemini-2.5-pro',
      longContextThreshold: 60_000,
      webSearch: 'nobody,at-all',
    },
  });

  it('keeps its providers, their models and formats', () => {
    expect(found.kind).toBe('claude-code-router');
    expect(found.problems).toEqual([]);
    expect(found.providers).toEqual({
      deepseek: {
        preset: 'deepseek',
        keys: [{ env: 'DEEPSEEK_API_KEY' }],
        models: ['deepseek-chat', 'deepseek-reasoner'],
      },
      ollama: { url: 'http://localhost:11434/v1', models: ['qwen2.5-coder:latest'] },
      google: { preset: 'gemini', keys: [{ env: 'GEMINI_API_KEY' }], models: ['gemini-2.5-pro'] },
      claude: {
        url: 'https://claude.example.com/v1',
        format: 'anthropic-messages',
        auth: 'x-api-key',
        keys: [{ env: 'CLAUDE_KEY' }],
        models: ['claude-x'],
      },
    });
  });

  it('makes its router into routes, and says which gw does not choose by itself', () => {
    expect(found.routes).toEqual({
      default: { match: ['*'], targets: ['deepseek/deepseek-chat', 'google/gemini-2.5-pro'] },
      background: {
        match: ['claude-*haiku*'],
        targets: ['ollama/qwen2.5-coder:latest', 'deepseek/deepseek-chat'],
      },
      think: { targets: ['deepseek/deepseek-reasoner', 'deepseek/deepseek-chat'] },
    });
    expect(found.policy).toEqual({ answerMs: 600_000, answerLastMs: 600_000 });
    for (const place of [
      'Router.think',
      'Router.webSearch',
      'Router.longContext',
      'APIKEY',
      'PROXY_URL',
      'Providers[0].transformer.maxtoken',
    ]) {
      expect(found.left).toContain(`${place}: `);
    }
    expect(JSON.stringify(found)).not.toMatch(/sk-proj|a-secret-of-its-own/);
  });
});

describe('a configuration of Bifrost', () => {
  const found = read(
    {
      $schema: 'https://www.getbifrost.ai/schema',
      client: { enable_logging: true },
      providers: {
        openai: {
          keys: [
            { name: 'a', value: 'env.OPENAI_A', models: ['*'], weight: 0.7 },
            {
              name: 'b',
              value: { env_var: 'env.OPENAI_B', from_env: true },
              models: ['gpt-4o'],
              weight: 0.3,
            },
            { name: 'c', value: 'env.OPENAI_C', models: ['*'], weight: 1, enabled: false },
          ],
          network_config: {
            default_request_timeout_in_seconds: 30,
            max_retries: 1,
            extra_headers: { 'x-secret': 'hush', 'user-agent': 'mine' },
          },
          concurrency_and_buffer_size: { concurrency: 3, buffer_size: 10 },
        },
        azure: { keys: [{ value: 'env.AZURE', azure_key_config: { endpoint: 'env.AZURE_ENDPOINT' } }] },
        ollama: { keys: [{ value: '', models: ['*'], ollama_key_config: { url: 'http://box:11434' } }] },
        mine: {
          keys: [{ value: KEY, models: ['m'] }],
          network_config: { base_url: 'http://vllm:8000', default_request_timeout_in_seconds: 60 },
          custom_provider_config: { base_provider_type: 'openai' },
        },
      },
      governance: { virtual_keys: [{ id: 'x' }] },
    },
    undefined,
    { AZURE_ENDPOINT: 'https://me.openai.azure.com' },
  );

  it('keeps providers, keys and addresses with their version prefix', () => {
    expect(found.kind).toBe('bifrost');
    expect(found.problems).toEqual([]);
    expect(found.providers).toEqual({
      openai: {
        preset: 'openai',
        headers: { 'user-agent': 'mine' },
        concurrency: 3,
        keys: [{ env: 'OPENAI_A' }, { env: 'OPENAI_B' }],
        models: ['gpt-4o'],
      },
      azure: {
        preset: 'azure-openai',
        url: 'https://me.openai.azure.com/openai/v1',
        keys: [{ env: 'AZURE' }],
      },
      ollama: { preset: 'ollama', url: 'http://box:11434/v1' },
      mine: { url: 'http://vllm:8000/v1', keys: [{ env: 'MINE_API_KEY' }], models: ['m'] },
    });
    expect(found.policy).toEqual({ keys: 'spread', retries: 1, retriesLast: 1, answerMs: 60_000 });
  });

  it('lists weights of keys, virtual keys and headers that may be credentials', () => {
    for (const place of [
      'providers.openai.keys.weight',
      'providers.openai.keys.models',
      'governance',
      'client',
    ]) {
      expect(found.left).toContain(`${place}: `);
    }
    expect(found.left).toContain('x-secret may hold a credential');
    expect(JSON.stringify(found)).not.toMatch(/hush|sk-proj/);
  });
});

describe('a fallback document', () => {
  it('takes its services by name, by vendor/model, by address and as objects', () => {
    const found = read({
      name: 'my fallback',
      fallback_configuration: {
        primary_service: { provider: 'openai', model: 'gpt-4o', api_key: 'env.MY_KEY', timeout: 5 },
        secondary_service: 'groq/llama-3.3-70b',
        tertiary_service: { base_url: 'https://llm.example.com/v1', model: 'm', api_key_env: 'OTHER' },
        on_error: 'retry',
      },
    });
    expect(found.kind).toBe('fallback');
    expect(found.problems).toEqual([]);
    expect(found.routes['default']).toEqual({
      match: ['*'],
      targets: ['openai/gpt-4o', 'groq/llama-3.3-70b', 'tertiary/m'],
    });
    expect(found.providers['tertiary']).toEqual({
      url: 'https://llm.example.com/v1',
      keys: [{ env: 'OTHER' }],
    });
    expect(found.left).toContain('fallback_configuration.on_error: ');
    expect(found.left).toContain('fallback_configuration.primary_service.timeout: ');
  });

  it('says what it cannot make out', () => {
    const found = read({ primary_service: 'Some Service Of Ours', secondary_service: 42 });
    expect(found.routes).toEqual({});
    expect(found.left).toContain('primary_service: it has no address that gw knows');
  });
});
