import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { Preset } from '../../core/profile.ts';
import { field, isObject, stringField } from '../../lib/expect.ts';
import { Secret } from '../../lib/secret.ts';
import type { Place } from '../clients/client.ts';
import { shortPath } from '../clients/connect/words.ts';
import type { SettingsSyntax } from '../clients/edit/syntax.ts';
import { readFileSettings } from '../clients/settings.ts';
import { isOwnKey } from '../clients/variables.ts';

/** A key that is on this machine, but not in the environment, where gw looks. */
export interface KeyElsewhere {
  readonly variable: string;
  /** The file it is in, as a person knows it. */
  readonly place: string;
  readonly key: Secret;
}

/** A file that may hold keys: a project's, or a tool's. */
interface KeyFile {
  readonly path: string;
  readonly syntax: SettingsSyntax;
  /** What it holds, by the variable it would be in. */
  keysIn(document: unknown): Readonly<Record<string, unknown>>;
}

// Shorter than any key: a word that stands for one.
const SHORTEST_KEY = 12;

/** Looks into `.env` and the settings of well-known tools for keys that these presets use. Only reads. */
export function findKeysElsewhere(place: Place, presets: readonly Preset[]): KeyElsewhere[] {
  const wanted = new Set(presets.flatMap(({ env }) => env));
  const found = new Map<string, KeyElsewhere>();
  for (const file of keyFiles(place, presets)) {
    const document = existsSync(file.path) ? readFileSettings(file)?.document : undefined;
    for (const [variable, value] of Object.entries(file.keysIn(document))) {
      if (found.has(variable) || !wanted.has(variable) || isOwnKey(place.env[variable])) continue;
      if (typeof value !== 'string' || !isOwnKey(value) || value.length < SHORTEST_KEY) continue;
      found.set(variable, { variable, place: shortName(file.path, place), key: new Secret(value) });
    }
  }
  return [...found.values()];
}

function keyFiles({ home, cwd, env }: Place, presets: readonly Preset[]): KeyFile[] {
  const share = env['XDG_DATA_HOME'] || join(home, '.local', 'share');
  return [
    { path: join(cwd, '.env'), syntax: 'variables', keysIn: everything },
    { path: join(cwd, '.env.local'), syntax: 'variables', keysIn: everything },
    { path: join(home, '.gemini', '.env'), syntax: 'variables', keysIn: everything },
    {
      path: join(env['CLAUDE_CONFIG_DIR'] || join(home, '.claude'), 'settings.json'),
      syntax: 'json',
      keysIn: (document) => everything(field(document, 'env')),
    },
    {
      path: join(env['CODEX_HOME'] || join(home, '.codex'), 'auth.json'),
      syntax: 'json',
      keysIn: everything,
    },
    {
      path: join(home, '.aider.conf.yml'),
      syntax: 'yaml',
      keysIn: (document) => ({
        OPENAI_API_KEY: stringField(document, 'openai-api-key'),
        ANTHROPIC_API_KEY: stringField(document, 'anthropic-api-key'),
      }),
    },
    {
      path: join(share, 'opencode', 'auth.json'),
      syntax: 'json',
      // By the provider's name; those that log in have no key.
      keysIn: (document) =>
        Object.fromEntries(
          presets.flatMap(({ name, env: [variable] }) =>
            variable === undefined ? [] : [[variable, stringField(field(document, name), 'key')]],
          ),
        ),
    },
  ];
}

function everything(document: unknown): Readonly<Record<string, unknown>> {
  return isObject(document) ? document : {};
}

function shortName(path: string, { home, cwd }: Place): string {
  return dirname(path) === cwd ? `./${basename(path)}` : shortPath(path, home);
}
