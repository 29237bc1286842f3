import { join } from 'node:path';

import { isObject, isString, stringField } from '../../../lib/expect.ts';
import type { Client, Place, SettingsFile } from '../client.ts';
import { at } from '../edit/edit.ts';

/** Continue's list of models: the first that names an address of this machine, else the first that names any. */
function continueAddress(document: unknown): string | undefined {
  const models = at(document, ['models']);
  const found = (Array.isArray(models) ? models : [])
    .map((model) => stringField(model, 'apiBase'))
    .filter(isString);
  return found.find((address) => /127\.0\.0\.1|localhost/.test(address)) ?? found[0];
}

/** https://docs.continue.dev/reference */
export const continueDev: Client = {
  title: 'Continue',
  install: 'https://docs.continue.dev',
  callers: ['Continue*'],
  variables: [],
  files: ({ home }: Place): SettingsFile[] => [
    { path: join(home, '.continue', 'config.yaml'), syntax: 'yaml', addressIn: continueAddress },
    { path: join(home, '.continue', 'config.json'), syntax: 'json', addressIn: continueAddress },
  ],
  byHand:
    'under models: { name: gw, provider: openai, model: default, apiBase: {address}/v1, apiKey: gw-local }',
};

function zedAddress(document: unknown): string | undefined {
  const servers = at(document, ['language_models', 'openai_compatible']);
  if (!isObject(servers)) return undefined;
  return Object.values(servers)
    .map((server) => stringField(server, 'api_url'))
    .find(isString);
}

/** https://zed.dev/docs/configuring-zed; on Windows in the folder for settings that roam. */
export function zedSettings(
  home: string,
  env: Place['env'],
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'win32') {
    return join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'Zed', 'settings.json');
  }
  const own = platform === 'linux' ? env['XDG_CONFIG_HOME'] : undefined;
  return join(own || join(home, '.config'), 'zed', 'settings.json');
}

/** https://zed.dev/docs/ai/llm-providers */
export const zed: Client = {
  title: 'Zed',
  program: 'zed',
  install: 'https://zed.dev/download',
  callers: ['Zed*'],
  variables: [],
  files: ({ home, env }: Place): SettingsFile[] => [
    {
      path: zedSettings(home, env),
      syntax: 'json',
      addressIn: zedAddress,
    },
  ],
  byHand:
    'under language_models.openai_compatible: { "gw": { "api_url": "{address}/v1", "available_models": [] } }',
};

/** https://cursor.com/docs: requests go through Cursor's own servers. */
export const cursor: Client = {
  title: 'Cursor',
  program: 'cursor',
  install: 'https://cursor.com',
  callers: [],
  variables: [],
  files: () => [],
  byHand: 'cannot use gw: its own servers make the calls, and they do not reach this machine',
};
