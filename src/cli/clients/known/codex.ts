import { join } from 'node:path';

import { stringField } from '../../../lib/expect.ts';
import type { Client, ConnectGround, LaunchGround, Launching, Place, SettingsFile } from '../client.ts';
import type { Change } from '../connect/change.ts';
import { at, type Edit } from '../edit/edit.ts';
import { readFileSettings } from '../settings.ts';
import { PLACEHOLDER_KEY } from '../variables.ts';

// A name of our own: `openai` is built in and cannot be given another address.
const PROVIDER = 'gw';
const KEY = 'GW_API_KEY';

function files({ home, env }: Place): SettingsFile[] {
  return [
    { path: join(env['CODEX_HOME'] || join(home, '.codex'), 'config.toml'), syntax: 'toml', addressIn },
  ];
}

function addressIn(document: unknown): string | undefined {
  const profile = stringField(document, 'profile');
  const chosen =
    profile === undefined ? undefined : stringField(at(document, ['profiles', profile]), 'model_provider');
  const provider = chosen ?? stringField(document, 'model_provider');
  if (provider === undefined) return stringField(document, 'openai_base_url');
  return stringField(at(document, ['model_providers', provider]), 'base_url');
}

/** Codex reads no variable for its address; `-c` overrides its settings for one run. */
function launch(ground: LaunchGround): Launching {
  const [file] = files(ground);
  const profile = stringField(file && readFileSettings(file)?.document, 'profile');
  const overrides: Readonly<Record<string, string>> = {
    model_provider: PROVIDER,
    // What a profile says counts more than the settings outside it.
    ...(profile === undefined ? {} : { [`profiles.${profile}.model_provider`]: PROVIDER }),
    [`model_providers.${PROVIDER}.name`]: PROVIDER,
    [`model_providers.${PROVIDER}.base_url`]: `${ground.address}/v1`,
    [`model_providers.${PROVIDER}.wire_api`]: 'responses',
    [`model_providers.${PROVIDER}.env_key`]: KEY,
  };
  return {
    words: Object.entries(overrides).flatMap(([name, value]) => ['-c', `${name}=${JSON.stringify(value)}`]),
    env: { [KEY]: ground.key },
  };
}

function connect(ground: ConnectGround): Change {
  const { token, address } = ground;
  if (token?.is === 'command') {
    return {
      is: 'refused',
      why: 'Codex takes a key from a variable only, and gw keeps its token elsewhere',
      fix: 'gw launch codex',
    };
  }
  const table = ['model_providers', PROVIDER];
  // Without a key to send it would want a login; this one is no secret.
  const key: Edit =
    token === undefined
      ? { path: [...table, 'experimental_bearer_token'], value: PLACEHOLDER_KEY }
      : { path: [...table, 'env_key'], value: token.name };
  return {
    is: 'edits',
    files: [
      {
        file: files(ground)[0]?.path ?? '',
        syntax: 'toml',
        edits: [
          { path: ['model_provider'], value: PROVIDER },
          { path: [...table, 'name'], value: PROVIDER },
          { path: [...table, 'base_url'], value: `${address}/v1` },
          { path: [...table, 'wire_api'], value: 'responses' },
          key,
        ],
      },
    ],
  };
}

/** https://developers.openai.com/codex/config-reference */
export const codex: Client = {
  title: 'Codex CLI',
  program: 'codex',
  install: 'npm install --global @openai/codex',
  callers: ['codex_exec', 'codex_cli_rs', 'codex-tui'],
  variables: [],
  files,
  launch,
  connect,
};
