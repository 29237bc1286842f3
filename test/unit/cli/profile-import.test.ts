import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { command as importProfile } from '../../../src/cli/commands/profile/import.ts';
import { EXIT } from '../../../src/cli/error.ts';
import { terminal } from './provider-ground.ts';

const KEY = 'sk-proj-abcdefghijklmnop1234';

const LITELLM = `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o, api_key: ${KEY} }
  - model_name: spare
    litellm_params: { model: groq/llama, api_key: os.environ/GROQ_API_KEY }
router_settings:
  fallbacks: [{ chat: [spare] }]
general_settings: { master_key: sk-1234 }
`;

function withFile(text = LITELLM, name = 'config.yaml') {
  const ground = terminal();
  const path = join(ground.home, name);
  writeFileSync(path, text);
  const stored = (): { active?: string; profiles: Record<string, unknown> } => JSON.parse(ground.file());
  return { ...ground, path, stored };
}

describe("gw profile import of another gateway's configuration", () => {
  it('asks where keys go that stand in the open, and off a terminal says how to answer', async () => {
    const { run, path } = withFile();
    const { error, all } = await run(importProfile, [path], { yes: true });
    expect(error?.exit).toBe(EXIT.usage);
    expect(error?.fix).toBe('--keys keychain|file|skip');
    expect(error?.why).toContain('model_list[0].litellm_params.api_key');
    expect(all).not.toContain(KEY);
  });

  it('repeats what was typed when it says how to agree', async () => {
    const { run, path } = withFile();
    const { error } = await run(importProfile, [path], { as: 'work', keys: 'skip', use: true });
    expect(error?.fix).toBe(`gw profile import ${path} --as work --keys skip --use --yes`);
  });

  it('keeps them in files that only their owner can read', async () => {
    const { run, path, stored, home } = withFile();
    const { all, exit } = await run(importProfile, [path], { yes: true, keys: 'file' });
    expect(exit).toBe(0);
    const file = join(home, 'keys', 'openai.litellm');
    expect(stored().profiles['litellm']).toEqual({
      providers: {
        openai: { preset: 'openai', keys: [{ file }] },
        groq: { preset: 'groq', keys: [{ env: 'GROQ_API_KEY' }] },
      },
      routes: {
        chat: { targets: ['openai/gpt-4o', 'groq/llama'] },
        spare: { targets: ['groq/llama'] },
      },
    });
    expect(readFileSync(file, 'utf8')).toBe(`${KEY}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(all).toContain('This is a LiteLLM config.yaml.');
    expect(all).toContain('general_settings.master_key: ');
    expect(all).toContain('next: gw profile use litellm');
    expect(all).not.toContain(KEY);
  });

  it('or leaves them out, and names the variables to export', async () => {
    const { run, path } = withFile();
    const { all } = await run(importProfile, [path], { yes: true, keys: 'skip', as: 'mine', use: true });
    expect(all).toContain('the key of openai: export OPENAI_API_KEY=…');
  });

  it('says so when there is no keychain, and has changed nothing', async () => {
    const { run, path, home } = withFile();
    const { error } = await run(importProfile, [path], { yes: true, keys: 'keychain' });
    expect(error?.message).toContain('no keychain');
    expect(error?.fix).toContain('--keys file');
    expect(() => readFileSync(join(home, 'config.json'))).toThrow('ENOENT');
  });

  it('with --dry-run shows what would change and changes nothing', async () => {
    const { run, path, home } = withFile();
    const ran = await run(importProfile, [path], { dryRun: true }, { json: true });
    expect(ran.outJson).toMatchObject({
      imported: 'litellm',
      dryRun: true,
      from: 'litellm',
      keys: [{ provider: 'openai', kept: 'env:OPENAI_API_KEY' }],
    });
    expect(ran.out).toContain('providers.openai');
    expect(ran.out).not.toContain(KEY);
    expect(() => readFileSync(join(home, 'config.json'))).toThrow('ENOENT');
  });

  it('shows what is different from the profile that is there, and asks on a terminal', async () => {
    const { run, path, stored } = withFile();
    await run(importProfile, [path], { yes: true, keys: 'skip' });
    writeFileSync(path, LITELLM.replace('groq/llama', 'groq/llama-3.3-70b'));
    const ran = await run(importProfile, [path], { keys: 'skip' }, { interactive: true, stdinText: 'n\n' });
    expect(ran.err).toContain('- routes.spare.targets: ["groq/llama"]');
    expect(ran.err).toContain('+ routes.spare.targets: ["groq/llama-3.3-70b"]');
    expect(ran.err).toContain('Nothing was changed.');
    expect(stored().profiles['litellm']).toMatchObject({ routes: { spare: { targets: ['groq/llama'] } } });
  });

  it('knows what was meant by --from, and refuses what is nothing it knows', async () => {
    const { run, path } = withFile('just: words\n');
    expect((await run(importProfile, [path], { from: 'litelm' })).error?.fix).toBe('--from litellm');
    expect((await run(importProfile, [path])).error?.fix).toContain('--from litellm|');
    const broken = withFile('a: [1,\n  b: sk-proj-abcdefghijklmnop1234');
    const { error, all } = await broken.run(importProfile, [broken.path]);
    expect(error?.exit).toBe(EXIT.config);
    expect(all).not.toContain(KEY);
  });
});
