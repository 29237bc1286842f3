import { describe, expect, test } from 'vitest';

import { command as add } from '../../../src/cli/commands/provider/add.ts';
import { profileIn, terminal } from './provider-ground.ts';

const KEY = 'sk-canary-0123456789abcdef';
const noTest = { test: false };

describe('gw provider add, for one of the hosts gw knows', () => {
  test('names those whose name or title is like what was typed', async () => {
    const { error } = await terminal().run(add, ['moonshot'], noTest);
    expect(error?.fix).toContain('did you mean moonshotai or moonshotai-cn?');
  });

  test('fills the account into an address that has a place for it', async () => {
    const { run, file } = terminal();
    const env = { CLOUDFLARE_ACCOUNT_ID: '0123abcd', CLOUDFLARE_API_KEY: KEY };
    const { exit } = await run(add, ['cloudflare-workers-ai'], noTest, { env });
    expect(exit).toBe(0);
    expect(profileIn(file()).providers['cloudflare-workers-ai']).toEqual({
      preset: 'cloudflare-workers-ai',
      url: 'https://api.cloudflare.com/client/v4/accounts/0123abcd/ai/v1',
      keys: [{ env: 'CLOUDFLARE_API_KEY' }],
    });
  });

  test('takes the host of an account with or without its scheme', async () => {
    for (const host of ['team.cloud.example', 'https://team.cloud.example/']) {
      const { run, file } = terminal();
      await run(add, ['databricks'], noTest, { env: { DATABRICKS_HOST: host } });
      expect(profileIn(file()).providers['databricks']).toMatchObject({
        url: 'https://team.cloud.example/ai-gateway/mlflow/v1',
        keys: [{ env: 'DATABRICKS_TOKEN' }],
      });
    }
  });

  test('says which part of the address is missing where nobody can be asked', async () => {
    const { error } = await terminal().run(add, ['databricks'], noTest);
    expect(error).toMatchObject({ exit: 2, message: expect.stringContaining('DATABRICKS_HOST') });
    expect(error?.fix).toContain('--url');
  });

  test('asks where a key is when the vendor’s own variable cannot be exported', async () => {
    const { run, file } = terminal();
    expect((await run(add, ['302ai'], noTest)).error).toMatchObject({
      exit: 2,
      fix: 'gw provider add 302ai --key env:NAME',
    });
    await run(add, ['302ai'], { ...noTest, key: ['env:KEY_302AI'] });
    expect(profileIn(file()).providers['302ai']).toEqual({ preset: '302ai', keys: [{ env: 'KEY_302AI' }] });
  });
});
