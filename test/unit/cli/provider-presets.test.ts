import { describe, expect, test } from 'vitest';

import { command } from '../../../src/cli/commands/provider/presets.ts';
import { PRESETS } from '../../../src/providers/index.ts';
import { testContext } from '../../cli-context.ts';
import { temporaryHome } from './provider-ground.ts';
import { failure, run } from './run-command.ts';

const KEY = 'sk-canary-0123456789abcdef';

function at(options: { env?: Record<string, string>; json?: boolean } = {}) {
  return testContext({ home: temporaryHome(), ...options });
}

describe('gw provider presets', () => {
  test('lists all there are, one per line', async () => {
    const context = at();
    await run(command, context);
    expect(context.out.trim().split('\n')).toHaveLength(PRESETS.length + 1);
    expect(context.err).toContain(`${PRESETS.length} of ${PRESETS.length}`);
  });

  test.each([
    ['moonshot', ['moonshotai', 'moonshotai-cn']],
    ['GROQ', ['groq']],
    ['Hugging Face', ['huggingface']],
    ['api.mistral.ai', ['mistral']],
    ['claude', ['anthropic', 'vertex-anthropic']],
  ])('finds %s by name, title, host or models', async (typed, names) => {
    const context = at({ json: true });
    await run(command, context, [typed]);
    expect(namesIn(context.outJson)).toEqual(names);
  });

  test('says whose key is set, and never shows one', async () => {
    const context = at({ env: { CHUTES_API_KEY: KEY } });
    await run(command, context, ['chutes']);
    expect(context.out).toContain('CHUTES_API_KEY is set');
    expect(context.out).not.toContain('canary');
    const json = at({ env: { CHUTES_API_KEY: KEY }, json: true });
    await run(command, json, [], { set: true });
    expect(json.outJson).toMatchObject({ presets: [{ name: 'chutes', key: 'set', found: false }] });
  });

  test('tells local servers from hosts', async () => {
    const context = at({ json: true });
    await run(command, context, ['ollama']);
    expect(context.outJson).toMatchObject({
      presets: [
        { name: 'ollama', local: true, key: 'none', found: true },
        { name: 'ollama-cloud', local: false, key: 'missing' },
      ],
    });
  });

  test('says what to do about a provider it does not know', async () => {
    const error = await failure(run(command, at(), ['zzzzzz']));
    expect(error.fix).toContain('--url');
    expect((await failure(run(command, at(), [], { set: true }))).fix).toBe('gw provider presets');
  });

  test('answers an empty list as JSON rather than with an error', async () => {
    const context = at({ json: true });
    await run(command, context, ['zzzzzz']);
    expect(context.outJson).toEqual({ presets: [] });
  });
});

function namesIn(listed: unknown): unknown[] {
  const { presets } = listed as { presets: { name: string }[] };
  return presets.map(({ name }) => name);
}
