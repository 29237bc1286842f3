import { join } from 'node:path';

import { stringField } from '../../../lib/expect.ts';
import type { Client, ConnectGround, LaunchGround, Launching, Place, SettingsFile } from '../client.ts';
import type { Change } from '../connect/change.ts';
import { PLACEHOLDER_KEY } from '../variables.ts';

const FILE = '.aider.conf.yml';
const MODEL = /^(?:--model|--weak-model|--sonnet|--opus|--4o)(?:=|$)/;

function files({ home, cwd }: Place): SettingsFile[] {
  const paths = [...new Set([join(cwd, FILE), join(home, FILE)])];
  return paths.map((path) => ({
    path,
    syntax: 'yaml',
    addressIn: (document) => stringField(document, 'openai-api-base'),
  }));
}

/** Its own variables count more than its files, and it puts what they say where its library looks. */
function launch(ground: LaunchGround): Launching {
  const { address, key, env, words } = ground;
  const chosen = words.some((word) => MODEL.test(word)) || (env['AIDER_MODEL'] ?? '') !== '';
  return {
    words: chosen ? [] : ['--model', `openai/${ground.model}`],
    env: {
      AIDER_OPENAI_API_BASE: `${address}/v1`,
      AIDER_OPENAI_API_KEY: key,
      OPENAI_API_BASE: `${address}/v1`,
      OPENAI_API_KEY: key,
      // Models named anthropic/… are asked for in Anthropic's format, which gw takes as well.
      ANTHROPIC_API_BASE: address,
      ANTHROPIC_API_KEY: key,
    },
  };
}

function connect(ground: ConnectGround): Change {
  if (ground.token) {
    return { is: 'refused', why: 'aider would need the token itself in its file', fix: 'gw launch aider' };
  }
  return {
    is: 'edits',
    files: [
      {
        file: join(ground.home, FILE),
        syntax: 'yaml',
        edits: [
          { path: ['openai-api-base'], value: `${ground.address}/v1` },
          { path: ['openai-api-key'], value: PLACEHOLDER_KEY },
          { path: ['model'], value: `openai/${ground.model}` },
        ],
      },
    ],
  };
}

/** https://aider.chat/docs/config/aider_conf.html, https://aider.chat/docs/llms/openai-compat.html */
export const aider: Client = {
  title: 'aider',
  program: 'aider',
  install: 'python -m pip install aider-install && aider-install',
  callers: ['litellm*', 'OpenAI/Python', 'Anthropic/Python'],
  variables: ['OPENAI_API_BASE'],
  files,
  launch,
  connect,
};
