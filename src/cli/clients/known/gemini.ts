import { join } from 'node:path';

import { stringField } from '../../../lib/expect.ts';
import type { Client, ConnectGround, LaunchGround, Launching, Place, SettingsFile } from '../client.ts';
import type { Change } from '../connect/change.ts';
import { at } from '../edit/edit.ts';
import { readFileSettings } from '../settings.ts';
import { PLACEHOLDER_KEY } from '../variables.ts';
import { borrowHome } from './gemini-home.ts';

const ADDRESS = 'GOOGLE_GEMINI_BASE_URL';
const AUTH = ['security', 'auth', 'selectedType'];
const WITH_KEY = 'gemini-api-key';
// Each chooses a login, or another service, before the address is looked at.
const OTHER_WAYS = ['GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_GENAI_USE_GCA', 'GOOGLE_API_KEY'];

function homeOf({ home, env }: Place): string {
  return env['GEMINI_CLI_HOME'] || home;
}

/** Its variables come from the nearest `.env`, its login from the settings; only the first has the address. */
function files(place: Place): SettingsFile[] {
  return [
    { path: join(place.cwd, '.gemini', '.env'), syntax: 'variables', addressIn },
    { path: join(homeOf(place), '.gemini', '.env'), syntax: 'variables', addressIn },
  ];
}

function addressIn(document: unknown): string | undefined {
  return stringField(document, ADDRESS);
}

function launch(ground: LaunchGround): Launching {
  const home = homeOf(ground);
  const path = join(home, '.gemini', 'settings.json');
  const settings = readFileSettings({ path, syntax: 'json' });
  const env = {
    [ADDRESS]: ground.address,
    GEMINI_API_KEY: ground.key,
    ...Object.fromEntries(OTHER_WAYS.map((name) => [name, undefined])),
  };
  if (at(settings?.document, AUTH) === WITH_KEY) return { words: [], env };
  // With any other login it goes past the address, and there is neither an option nor a variable that chooses.
  const borrowed = borrowHome(home, { path: AUTH, value: WITH_KEY });
  return { words: [], env: { ...env, GEMINI_CLI_HOME: borrowed.home }, finish: borrowed.giveBack };
}

function connect(ground: ConnectGround): Change {
  if (ground.token) {
    return {
      is: 'refused',
      why: 'Gemini CLI would need the token itself in its file',
      fix: 'gw launch gemini',
    };
  }
  const folder = join(homeOf(ground), '.gemini');
  return {
    is: 'edits',
    files: [
      {
        file: join(folder, '.env'),
        syntax: 'variables',
        edits: [
          { path: [ADDRESS], value: ground.address },
          { path: ['GEMINI_API_KEY'], value: PLACEHOLDER_KEY },
        ],
      },
      // With a Google login it goes past any address.
      { file: join(folder, 'settings.json'), syntax: 'json', edits: [{ path: AUTH, value: WITH_KEY }] },
    ],
  };
}

/** https://github.com/google-gemini/gemini-cli/blob/main/docs/reference/configuration.md */
export const gemini: Client = {
  title: 'Gemini CLI',
  program: 'gemini',
  install: 'npm install --global @google/gemini-cli',
  callers: ['GeminiCLI*'],
  variables: [ADDRESS],
  files,
  launch,
  connect,
};
