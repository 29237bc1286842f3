import { expect, test } from 'vitest';

import { PatientHome } from './doctor-ground.ts';
import { closedPort } from './provider-ground.ts';

const LOCAL = { url: 'http://127.0.0.1:9/v1', format: 'openai-chat' };
const ROUTES = { default: { match: ['*'], targets: ['a/m'] } };

test('tells with file and line which client’s settings point where nobody listens, and at a gw that does not run', async () => {
  const home = new PatientHome();
  const [port, dead] = [await closedPort(), await closedPort()];
  home.profile({ a: LOCAL }, ROUTES, { listen: { port } });
  home.write(
    '.claude/settings.json',
    `{\n  "env": {\n    "ANTHROPIC_BASE_URL": "http://127.0.0.1:${dead}"\n  }\n}\n`,
  );
  home.write('.codex/config.toml', `openai_base_url = "http://127.0.0.1:${port}/v1"\n`);
  home.write('.aider.conf.yml', 'openai-api-base: [\n');
  const found = (await home.examine()).of('client-settings');
  expect(found.map(({ result, about, fix }) => [result, about, fix])).toEqual([
    [
      'problem',
      '~/.claude/settings.json:3',
      'gw connect claude --write, or change ~/.claude/settings.json:3',
    ],
    ['warning', '~/.codex/config.toml:1', 'gw start'],
    ['warning', 'aider', 'mend ~/.aider.conf.yml'],
  ]);
});

test('is content where no client’s settings point at this machine', async () => {
  const home = new PatientHome();
  home.profile({ a: LOCAL }, ROUTES, {});
  home.write('.codex/config.toml', 'openai_base_url = "https://elsewhere.example/v1"\n');
  expect((await home.examine()).of('client-settings')).toMatchObject([{ result: 'ok' }]);
});
