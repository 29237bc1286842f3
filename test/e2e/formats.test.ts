import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { BASE_PATHS } from '../../src/core/base-path.ts';
import type { FormatName } from '../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { field, keysOf, parseJson } from '../../src/lib/expect.ts';
import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { DaemonHome } from './daemon-home.ts';

const CALLERS = keysOf(CALLER_FORMATS);
const TIME_MS = 60_000;

let home: DaemonHome;
let simulator: Simulator;
let origin: string;

beforeEach(async () => {
  home = new DaemonHome();
  home.env = { TEST_KEY: 'sk-of-the-provider' };
  simulator = createSimulator({ name: 'everybody', keys: ['sk-of-the-provider'] });
  origin = (await simulator.listen()).origin;
});
afterEach(async () => {
  await home.remove();
  await simulator.close();
});

/** A provider for each of these formats, and one route over them in this order. */
async function startWith(...formats: FormatName[]): Promise<void> {
  writeFileSync(home.paths.config, JSON.stringify({ listen: { port: 0 } }));
  for (const format of formats) {
    const words = ['provider', 'add', format, '--url', origin + BASE_PATHS[format]];
    const added = await home.run([...words, '--format', format, '--key', 'env:TEST_KEY', '--no-test']);
    expect(added.exit, added.err).toBe(0);
  }
  const targets = formats.map((format) => `${format}/some-model`);
  const routed = await home.run(['route', 'set', 'default', ...targets, '--match', '*']);
  expect(routed.exit, routed.err).toBe(0);
  await home.start();
}

describe('gw test-route', () => {
  test(
    'drills a route across formats, in each format that callers speak',
    async () => {
      await startWith(...CALLERS);
      for (const format of CALLERS) {
        const words = ['test-route', '--simulate', '429@1,cut@2', '--format', format, '--json'];
        const { exit, out, err } = await home.run(words);
        expect(exit, `${format}: ${err}${out}`).toBe(0);
        expect(parseJson(out)).toMatchObject({ verdict: 'ok', format, drill: [{ result: 'continued' }] });
        const targets = field(parseJson(out), 'targets');
        const translated = Array.isArray(targets) ? targets.map((one) => field(one, 'translated')) : [];
        expect(translated).toEqual(CALLERS.map((name) => (name === format ? null : name)));
      }
    },
    TIME_MS,
  );

  test(
    'asks in the format of the first target unless told otherwise',
    async () => {
      await startWith('anthropic-messages', 'gemini');
      const { exit, out } = await home.run(['test-route', '--simulate', '503@1', '--json']);
      expect(exit).toBe(0);
      expect(parseJson(out)).toMatchObject({
        format: 'anthropic-messages',
        drill: [{ result: 'took-over', servedBy: 'gemini/some-model' }],
      });
      const wrong = await home.run(['test-route', '--format', 'anthropic-message']);
      expect(wrong).toMatchObject({ exit: 2, err: expect.stringContaining('--format anthropic-messages') });
    },
    TIME_MS,
  );
});

describe('gw provider test', () => {
  test('sends each provider a request of its own', async () => {
    await startWith(...CALLERS);
    const { exit, out } = await home.run(['provider', 'test', '--send', '--json']);
    expect(exit, out).toBe(0);
    const checks = field(parseJson(out), 'checks');
    expect(Array.isArray(checks) && checks.every((one) => field(one, 'answered') !== null)).toBe(true);
  });
});

describe('gw run', () => {
  const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
  const SCRIPTS: Readonly<Record<string, readonly [file: string, script: string]>> = {
    openai: [
      'openai/index.mjs',
      `const answer = await new sdk.OpenAI().responses.create({ model: 'gpt-5', input: 'Hello' });
       console.log(answer.output_text.length > 0);`,
    ],
    anthropic: [
      '@anthropic-ai/sdk/index.mjs',
      `const answer = await new sdk.Anthropic().messages.create({
         model: 'claude-opus-4-5', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }],
       });
       console.log(answer.content[0].text.length > 0);`,
    ],
    google: [
      '@google/genai/dist/node/index.mjs',
      `const answer = await new sdk.GoogleGenAI({}).models.generateContent({
         model: 'gemini-3-pro', contents: 'Hello',
       });
       console.log(answer.text.length > 0);`,
    ],
  };

  test.each(keysOf(SCRIPTS))(
    'points the SDK of %s at gw, which has neither its key nor a provider of its format',
    async (name) => {
      const [file, script] = SCRIPTS[name] ?? ['', ''];
      await startWith('openai-chat');
      const path = join(home.folder, 'script.mjs');
      const source = pathToFileURL(join(MODULES, file)).href;
      writeFileSync(path, `import * as sdk from '${source}';\n${script}\n`);
      const ran = await home.run(['run', '--', process.execPath, path]);
      expect(ran.out, ran.err).toBe('true\n');
      expect(await home.status()).toMatchObject({ counters: { served: 1 } });
      const why = await home.run(['why', '--last']);
      expect(why.out).toContain('translated to openai-chat');
    },
    TIME_MS,
  );
});
