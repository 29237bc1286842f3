import { describe, expect, it } from 'vitest';

import { read } from './reading.ts';

const KEY = 'sk-proj-abcdefghijklmnop1234';

const CONFIG = `
model_list:
  - model_name: chat
    litellm_params:
      model: openai/gpt-4o
      api_key: os.environ/OPENAI_API_KEY
      rpm: 60
  - model_name: chat
    litellm_params:
      model: azure/my-deployment
      api_base: os.environ/AZURE_API_BASE
      api_key: os.environ/AZURE_API_KEY
      api_version: "2024-02-01"
      rpm: 30
  - model_name: spare
    litellm_params: &spare
      model: anthropic/claude-haiku-4-5
      api_key: ${KEY}
  - model_name: local
    litellm_params:
      model: ollama_chat/llama3.2
      api_base: http://localhost:11434
  - model_name: own
    litellm_params:
      model: openai/my-model
      api_base: https://llm.example.com/v1
      api_key: os.environ/OWN_KEY
      input_cost_per_token: 0.0000025
      output_cost_per_token: 0.00001
      max_parallel_requests: 4
router_settings:
  routing_strategy: simple-shuffle
  model_group_alias: { gpt-4: chat, ghost: nobody }
  fallbacks: [{ chat: [spare] }]
  content_policy_fallbacks: [{ own: [spare] }]
  num_retries: 3
  allowed_fails: 2
  cooldown_time: 45
  timeout: 30
  stream_timeout: 12.5
litellm_settings:
  cache: true
  cache_params: { type: redis, ttl: 600 }
  success_callback: [langfuse]
general_settings:
  master_key: sk-1234
  database_url: postgres://somebody:secret@db/litellm
`;

const ENV = { AZURE_API_BASE: 'https://mine.openai.azure.com/' };

describe('a LiteLLM configuration', () => {
  const found = read(CONFIG, undefined, ENV);

  it('is known by its list of models, and makes a valid profile', () => {
    expect(found.kind).toBe('litellm');
    expect(found.problems).toEqual([]);
  });

  it('becomes a provider for each account, with references where there were references', () => {
    expect(found.providers).toEqual({
      openai: { preset: 'openai', keys: [{ env: 'OPENAI_API_KEY' }] },
      'azure-openai': {
        preset: 'azure-openai',
        url: 'https://mine.openai.azure.com/openai/v1',
        keys: [{ env: 'AZURE_API_KEY' }],
      },
      anthropic: { preset: 'anthropic', keys: [{ env: 'ANTHROPIC_API_KEY' }] },
      ollama: { preset: 'ollama', url: 'http://localhost:11434/v1' },
      llm: {
        url: 'https://llm.example.com/v1',
        concurrency: 4,
        keys: [{ env: 'OWN_KEY' }],
        prices: { 'my-model': { input: 2.5, output: 10 } },
      },
    });
    expect(found.secrets).toEqual(['model_list[2].litellm_params.api_key anthropic ANTHROPIC_API_KEY']);
  });

  it('becomes a route for each model group; who falls back is asked first once in a million times', () => {
    expect(found.routes['chat']).toEqual({
      match: ['gpt-4'],
      targets: ['openai/gpt-4o', 'azure-openai/my-deployment', 'anthropic/claude-haiku-4-5'],
      weights: {
        'openai/gpt-4o': 1000,
        'azure-openai/my-deployment': 500,
        'anthropic/claude-haiku-4-5': 0.001,
      },
      policy: { balance: 'weighted' },
    });
    expect(found.routes['own']).toEqual({
      targets: ['llm/my-model', 'anthropic/claude-haiku-4-5'],
      policy: { rerouteBlocked: true },
    });
  });

  it('carries retries, limits, cooldown and cache', () => {
    expect(found.policy).toEqual({
      retries: 3,
      retriesLast: 3,
      answerMs: 30_000,
      firstContentMs: 12_500,
      breakerFailures: 3,
      breakerOpenMs: 45_000,
      breakerOpenCapMs: 45_000,
      cache: true,
      cacheTtlMs: 600_000,
    });
  });

  it('lists what could not be carried, and shows nothing of it [promise:import-says-what-is-lost]', () => {
    for (const place of [
      'general_settings.master_key',
      'general_settings',
      'litellm_settings.success_callback',
      'litellm_settings.cache_params.type',
      'router_settings.model_group_alias.ghost',
      'model_list[0].litellm_params.rpm',
      'router_settings.content_policy_fallbacks',
    ]) {
      expect(found.left).toContain(`${place}: `);
    }
    expect(JSON.stringify(found)).not.toMatch(/sk-proj|sk-1234|somebody:secret/);
  });

  it('says which variable an address is missing', () => {
    const { left, routes } = read(CONFIG);
    expect(left).toContain('the variable AZURE_API_BASE is not set here');
    expect(routes['chat']?.['targets']).not.toContain('azure-openai/my-deployment');
  });

  it('takes turns where deployments have no weights, and follows other strategies by name', () => {
    const two = (strategy?: string) => ({
      model_list: ['groq/a', 'mistral/b'].map((model) => ({
        model_name: 'chat',
        litellm_params: { model },
      })),
      ...(strategy !== undefined && { router_settings: { routing_strategy: strategy } }),
    });
    const balance = (strategy?: string) => read(two(strategy)).routes['chat']?.['policy'];
    expect(balance()).toEqual({ balance: 'round-robin' });
    expect(balance('latency-based-routing')).toEqual({ balance: 'least-latency' });
    expect(balance('least-busy')).toEqual({ balance: 'least-busy' });
    expect(balance('cost-based-routing')).toEqual({ balance: 'cheapest' });
    expect(balance('my-own')).toBeUndefined();
  });

  it('makes a catch-all of *, and finds shared credentials, regions and projects', () => {
    const { providers, routes, problems } = read({
      credential_list: [{ credential_name: 'shared', credential_values: { api_key: 'os.environ/SHARED' } }],
      model_list: [
        { model_name: '*', litellm_params: { model: 'openai/*', litellm_credential_name: 'shared' } },
        { model_name: 'b', litellm_params: { model: 'bedrock/amazon.nova', aws_region_name: 'eu-west-1' } },
        {
          model_name: 'v',
          litellm_params: {
            model: 'vertex_ai/claude-x',
            vertex_project: 'p',
            vertex_location: 'europe-west1',
          },
        },
      ],
    });
    expect(problems).toEqual([]);
    expect(routes['default']).toEqual({ match: ['*'], targets: ['openai'] });
    expect(providers['openai']?.['keys']).toEqual([{ env: 'SHARED' }]);
    expect(providers['bedrock']?.['url']).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com');
    expect(providers['vertex-anthropic']?.['url']).toBe(
      'https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1/publishers/anthropic',
    );
  });
});
