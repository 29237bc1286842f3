import { describe, expect, it } from 'vitest';

import { environmentNames, profileFromEnvironment } from '../../../src/config/index.ts';
import { PRESETS } from '../../../src/providers/index.ts';
import { fullDocument, understand, withProvider } from './fixtures.ts';

describe('a profile made from the environment', () => {
  it('is none without any key', () => {
    expect(profileFromEnvironment({ PATH: '/bin', OPENAI_API_KEY: ' ' }, PRESETS)).toBeUndefined();
  });

  it('has one provider for each key, in the order of the presets, and one route over them', () => {
    const profile = profileFromEnvironment({ GROQ_API_KEY: 'b', OPENAI_API_KEY: 'a' }, PRESETS);
    expect(profile?.providers.map(({ name, keys }) => [name, keys])).toEqual([
      ['openai', [{ is: 'env', name: 'OPENAI_API_KEY' }]],
      ['groq', [{ is: 'env', name: 'GROQ_API_KEY' }]],
    ]);
    const groq = PRESETS.find(({ name }) => name === 'groq');
    expect(profile?.routes).toEqual([
      {
        name: 'default',
        match: ['*'],
        targets: [
          { provider: 'openai', model: undefined },
          { provider: 'groq', model: groq?.model },
        ],
        policy: {},
      },
    ]);
  });

  it('never holds a key', () => {
    expect(JSON.stringify(profileFromEnvironment({ OPENAI_API_KEY: 'canary-value' }, PRESETS))).not.toContain(
      'canary',
    );
  });
});

describe('the variables a profile refers to', () => {
  it('are named once each, the token’s too', () => {
    const { profiles, token } = understand(fullDocument());
    const work = profiles['work'];
    expect(work && environmentNames(work, token)).toEqual(['OPENAI_API_KEY', 'GW_TOKEN']);
    expect(work && environmentNames(work)).toEqual(['OPENAI_API_KEY']);
  });

  it('are those of its scheme too, where credentials are looked up by a running gw', () => {
    const { profiles } = understand(
      withProvider({ preset: 'azure-openai', url: 'https://mine.openai.azure.com/openai/v1', auth: 'azure' }),
    );
    const [profile] = Object.values(profiles);
    // The key that the preset's documentation names is no secret of an application.
    expect(profile?.providers.find(({ auth }) => auth === 'azure')).toMatchObject({ keys: [] });
    expect(profile && environmentNames(profile)).toEqual(
      expect.arrayContaining([
        'AZURE_TENANT_ID',
        'AZURE_CLIENT_ID',
        'AZURE_CLIENT_SECRET',
        'AZURE_AUTHORITY_HOST',
      ]),
    );
    expect(profile && environmentNames(profile)).not.toContain('AZURE_OPENAI_API_KEY');
  });
});
