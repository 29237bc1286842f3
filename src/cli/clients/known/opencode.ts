import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { isObject, parseJson, stringField } from '../../../lib/expect.ts';
import type {
  Client,
  ConnectGround,
  Gateway,
  LaunchGround,
  Launching,
  Place,
  SettingsFile,
} from '../client.ts';
import type { Change } from '../connect/change.ts';
import { at, withEdit } from '../edit/edit.ts';
import { PLACEHOLDER_KEY } from '../variables.ts';

const PROVIDER = 'gw';
const CONTENT = 'OPENCODE_CONFIG_CONTENT';
const NAMES = ['opencode.jsonc', 'opencode.json'];

/** Those of the project, then those of its person; in each folder the one that is there. */
function files({ home, env, cwd }: Place): SettingsFile[] {
  const own = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'opencode');
  const given = env['OPENCODE_CONFIG'];
  const paths = [
    ...NAMES.map((name) => join(cwd, name)),
    ...(given ? [given] : []),
    ...NAMES.map((name) => join(own, name)),
  ];
  return paths.map((path) => ({ path, syntax: 'json', addressIn }));
}

/** The provider of the model it uses; ours where none is chosen. */
function addressIn(document: unknown): string | undefined {
  const provider = stringField(document, 'model')?.split('/', 1)[0] ?? PROVIDER;
  return stringField(at(document, ['provider', provider, 'options']), 'baseURL');
}

function providerFor(gateway: Gateway, apiKey: string, asked: readonly string[]): object {
  const names = [...new Set([gateway.model, ...gateway.models, ...asked])];
  return {
    npm: '@ai-sdk/openai-compatible',
    name: PROVIDER,
    options: { baseURL: `${gateway.address}/v1`, apiKey },
    models: Object.fromEntries(names.map((name) => [name, {}])),
  };
}

/** Its settings as a whole may stand in one variable, and count more than every file. */
function launch(ground: LaunchGround): Launching {
  const given = parseJson(ground.env[CONTENT] ?? '');
  const model = `${PROVIDER}/${ground.model}`;
  const edits = [
    { path: ['provider', PROVIDER], value: providerFor(ground, ground.key, askedModels(ground.words)) },
    { path: ['model'], value: model },
    // What it makes titles with; another provider's would go past gw.
    { path: ['small_model'], value: model },
  ];
  const document = edits.reduce(withEdit, isObject(given) ? given : {});
  return { words: [], env: { [CONTENT]: JSON.stringify(document) } };
}

/** It knows only models that are named in its settings. */
function askedModels(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const name =
      /^(?:--model|-m)=(.+)$/.exec(word)?.[1] ??
      (/^(?:--model|-m)$/.test(word) ? words[index + 1] : undefined);
    return name?.startsWith(`${PROVIDER}/`) ? [name.slice(PROVIDER.length + 1)] : [];
  });
}

function connect(ground: ConnectGround): Change {
  const { token } = ground;
  if (token?.is === 'command') {
    return {
      is: 'refused',
      why: 'opencode takes a key from a variable, and gw keeps its token elsewhere',
      fix: 'gw launch opencode',
    };
  }
  const own = files({ ...ground, env: { ...ground.env, OPENCODE_CONFIG: undefined } }).slice(NAMES.length);
  const file = own.find(({ path }) => existsSync(path)) ?? own.at(-1);
  const key = token === undefined ? PLACEHOLDER_KEY : `{env:${token.name}}`;
  return {
    is: 'edits',
    files: [
      {
        file: file?.path ?? '',
        syntax: 'json',
        edits: [
          { path: ['provider', PROVIDER], value: providerFor(ground, key, []) },
          { path: ['model'], value: `${PROVIDER}/${ground.model}` },
        ],
      },
    ],
  };
}

/** https://opencode.ai/docs/config, https://opencode.ai/docs/providers */
export const opencode: Client = {
  title: 'opencode',
  program: 'opencode',
  install: 'npm install --global opencode-ai',
  callers: ['opencode'],
  variables: [],
  files,
  launch,
  connect,
};
