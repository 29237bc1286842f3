import { join } from 'node:path';

import { field } from '../../../lib/expect.ts';
import type { Client, ConnectGround, LaunchGround, Place, SettingsFile } from '../client.ts';
import type { Change } from '../connect/change.ts';
import { at } from '../edit/edit.ts';
import { readFileSettings } from '../settings.ts';
import { PLACEHOLDER_KEY } from '../variables.ts';

// https://code.claude.com/docs/en/env-vars: each of these sends it to a cloud instead, whatever the address says.
const CLOUDS = ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'];
const ADDRESS = 'ANTHROPIC_BASE_URL';

/** Settings of the project, then those of its person; `env` in them counts more than the environment. */
function files({ home, env, cwd }: Place): SettingsFile[] {
  const own = env['CLAUDE_CONFIG_DIR'] || join(home, '.claude');
  const paths = [
    join(cwd, '.claude', 'settings.local.json'),
    join(cwd, '.claude', 'settings.json'),
    join(own, 'settings.json'),
  ];
  return [...new Set(paths)].map((path) => ({ path, syntax: 'strictJson', addressIn }));
}

function addressIn(document: unknown): string | undefined {
  const found = at(document, ['env', ADDRESS]);
  return typeof found === 'string' ? found : undefined;
}

function launch(ground: LaunchGround): ReturnType<NonNullable<Client['launch']>> {
  const settings = files(ground).flatMap((file) => readFileSettings(file)?.document ?? []);
  const leads = settings.map((document) => field(document, 'env')).some((env) => setsOtherWay(env));
  const own = ground.words.some((word) => word === '--settings' || word.startsWith('--settings='));
  // What a settings file puts into the environment wins over ours; what this option says wins over both.
  const inline = JSON.stringify({ env: { [ADDRESS]: ground.address } });
  return {
    words: leads && !own ? ['--settings', inline] : [],
    env: {
      [ADDRESS]: ground.address,
      ANTHROPIC_AUTH_TOKEN: ground.key,
      // With both it warns of a conflict, and asks before it uses this one.
      ANTHROPIC_API_KEY: undefined,
      ...Object.fromEntries(CLOUDS.map((name) => [name, undefined])),
    },
    notes: leads
      ? [`Claude Code's settings file sends it elsewhere; for this run that does not count (${ADDRESS}).`]
      : [],
  };
}

function setsOtherWay(env: unknown): boolean {
  return [ADDRESS, ...CLOUDS].some((name) => field(env, name) !== undefined);
}

function connect(ground: ConnectGround): Change {
  const file = files(ground).at(-1)?.path ?? '';
  const { token } = ground;
  // Its own way to a key that is kept elsewhere: a command that prints it.
  const key =
    token === undefined
      ? { path: ['env', 'ANTHROPIC_AUTH_TOKEN'], value: PLACEHOLDER_KEY }
      : { path: ['apiKeyHelper'], value: 'gw env --token' };
  return {
    is: 'edits',
    files: [{ file, syntax: 'strictJson', edits: [{ path: ['env', ADDRESS], value: ground.address }, key] }],
    notes: ["gw's providers and keys serve it from then on, not a Claude subscription."],
  };
}

/** https://code.claude.com/docs/en/settings, https://code.claude.com/docs/en/llm-gateway */
export const claude: Client = {
  title: 'Claude Code',
  program: 'claude',
  install: 'npm install --global @anthropic-ai/claude-code',
  callers: ['claude-cli'],
  variables: [ADDRESS],
  settingsWin: true,
  files,
  launch,
  connect,
};
