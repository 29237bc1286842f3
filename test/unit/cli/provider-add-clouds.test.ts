import { describe, expect, test } from 'vitest';

import { command as add } from '../../../src/cli/commands/provider/add.ts';
import { stringField } from '../../../src/lib/expect.ts';
import { profileIn, terminal } from './provider-ground.ts';

const noTest = { test: false };

function authOf(file: string, name: string): string | undefined {
  return stringField(profileIn(file).providers[name], 'auth');
}

describe('gw provider add, for a cloud', () => {
  test('fills the region in, and leaves the credentials to a running gw', async () => {
    const { run, file } = terminal();
    const { exit } = await run(add, ['bedrock'], noTest, { env: { AWS_REGION: 'eu-west-1' } });
    expect(exit).toBe(0);
    expect(profileIn(file()).providers['bedrock']).toEqual({
      preset: 'bedrock',
      url: 'https://bedrock-runtime.eu-west-1.amazonaws.com',
    });
  });

  test('asks for what is missing in the address', async () => {
    const { run } = terminal();
    const { exit, all } = await run(add, ['vertex-gemini'], noTest);
    expect(exit).toBe(2);
    expect(all).toContain('export GOOGLE_CLOUD_PROJECT=…');
  });

  test.each([
    [
      'vertex-gemini',
      'https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1',
      undefined,
    ],
    ['bedrock', 'https://bedrock-runtime.us-east-1.amazonaws.com', undefined],
    ['bedrock', 'https://bedrock.example.com', 'none'],
    ['bedrock', 'https://bedrock-runtime.us-east-1.amazonaws.com.example.com', 'none'],
    ['vertex-gemini', 'https://example.com/aiplatform.googleapis.com', 'none'],
  ])('sends the credentials of %s to %s only when that is its own', async (name, url, auth) => {
    const { run, file } = terminal();
    const { exit, err } = await run(add, [name], { ...noTest, url });
    expect(exit).toBe(0);
    expect(authOf(file(), name)).toBe(auth);
    expect(err.includes('No credentials are sent')).toBe(auth === 'none');
    const told = terminal();
    await told.run(add, [name], { ...noTest, url, auth: 'google' });
    expect(authOf(told.file(), name)).toBe('google');
  });

  test('takes a token of Azure instead of the key that the documentation names', async () => {
    const env = { AZURE_RESOURCE_NAME: 'mine', AZURE_OPENAI_API_KEY: 'k' };
    const { run, file } = terminal();
    await run(add, ['azure-openai'], { ...noTest, auth: 'azure' }, { env });
    expect(profileIn(file()).providers['azure-openai']).toEqual({
      preset: 'azure-openai',
      url: 'https://mine.openai.azure.com/openai/v1',
      auth: 'azure',
    });
  });

  test('knows by the format alone that requests to Bedrock are signed', async () => {
    const { run, file } = terminal();
    const url = 'https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com';
    await run(add, ['mine'], { ...noTest, url, format: 'bedrock-converse' });
    expect(profileIn(file()).providers['mine']).toEqual({ url, format: 'bedrock-converse', auth: 'aws' });
  });
});
