import { FOREIGN_KINDS } from '../../config/index.ts';
import { BUDGET_ACTIONS, PERIODS } from '../../core/budget.ts';
import { CAPTURE_MODES } from '../../core/capture.ts';
import { CHAOS_WORDS } from '../../core/chaos.ts';
import { FORMAT_NAMES } from '../../core/operation.ts';
import { BALANCES } from '../../core/policy.ts';
import { keysOf } from '../../lib/expect.ts';
import { PRESETS } from '../../providers/index.ts';
import { CHAT_RULES } from '../../simulator/index.ts';
import { clientsThat } from '../clients/clients.ts';
import { SHELLS } from '../clients/shell.ts';
import { CLIENT_FAMILIES } from '../clients/variables.ts';
import { AUTH_WAYS } from '../provider/flags.ts';
import type { NameKind } from './names.ts';
import { SCRIPT_SHELLS } from './shells.ts';

/** What can stand in one place of a command line, as far as completion knows. */
export type Value =
  /** Names of the profile, asked for when they are needed. */
  | { readonly is: 'names'; readonly kind: NameKind }
  | { readonly is: 'choice'; readonly words: readonly string[] }
  | { readonly is: 'file' }
  /** A command of the system, and then whatever it takes. */
  | { readonly is: 'command' }
  /** Only the person knows. */
  | { readonly is: 'free' };

const names = (kind: NameKind): Value => ({ is: 'names', kind });
const choice = (...words: readonly string[]): Value => ({ is: 'choice', words });
const FREE: Value = { is: 'free' };
const SCOPES = choice('all', 'each-client', 'each-session', 'route:', 'client:');

/** By noun or command and the argument's name; the longer wins. A noun speaks for all its commands. */
export const ARGUMENT_VALUES: Readonly<Record<string, Value>> = {
  'provider name': names('providers'),
  'provider add name': { is: 'choice', words: PRESETS.map(({ name }) => name) },
  'provider presets text': { is: 'choice', words: PRESETS.map(({ name }) => name) },
  'chaos target': names('targets'),
  'chaos fault': { is: 'choice', words: CHAOS_WORDS.map(({ name }) => name) },
  'lint route': names('routes'),
  'models text': names('models'),
  'key provider': names('providers'),
  'key key': FREE,
  'route name': names('routes'),
  'route target': names('targets'),
  'route position': FREE,
  'route model': names('models'),
  'profile name': names('profiles'),
  'profile create name': FREE,
  'profile from': names('profiles'),
  'profile to': FREE,
  'profile import file': { is: 'file' },
  'config validate file': { is: 'file' },
  'config place': FREE,
  'config value': FREE,
  'why id': FREE,
  'record name': FREE,
  'record command': { is: 'command' },
  'replay name': { is: 'file' },
  'replay command': { is: 'command' },
  'reset name': names('resting'),
  'test-route route-or-model': names('models'),
  'budget scope': SCOPES,
  'limit scope': SCOPES,
  'run command': { is: 'command' },
  'launch client': { is: 'choice', words: clientsThat('launch') },
  'connect client': { is: 'choice', words: clientsThat('connect') },
  'launch words': { is: 'file' },
  'completion shell': { is: 'choice', words: keysOf(SCRIPT_SHELLS) },
};

/** By the option's long name, or by command and name where it means something else. */
export const OPTION_VALUES: Readonly<Record<string, Value>> = {
  '--add-key': choice('env:', 'file:', 'keychain:'),
  '--after': FREE,
  '--against': choice('before', 'day', 'week'),
  '--as': FREE,
  '--at': FREE,
  '--balance': { is: 'choice', words: keysOf(BALANCES) },
  '--before': names('targets'),
  '--by': choice('provider', 'model', 'client', 'route', 'hour'),
  '--capture': { is: 'choice', words: keysOf(CAPTURE_MODES) },
  '--chat-rules': { is: 'choice', words: CHAT_RULES },
  '--client': FREE,
  'env --client': { is: 'choice', words: keysOf(CLIENT_FAMILIES) },
  '--concurrency': FREE,
  '--env': FREE,
  '--fault': FREE,
  '--for': FREE,
  '--also-speaks': { is: 'choice', words: keysOf(FORMAT_NAMES) },
  '--auth': { is: 'choice', words: AUTH_WAYS },
  '--format': { is: 'choice', words: keysOf(FORMAT_NAMES) },
  'test-route --format': {
    is: 'choice',
    words: keysOf(FORMAT_NAMES).filter((name) => FORMAT_NAMES[name] === 'both'),
  },
  '--from': { is: 'choice', words: keysOf(FOREIGN_KINDS) },
  '--header': FREE,
  '--host': choice('127.0.0.1', '0.0.0.0'),
  '--ignore': FREE,
  '--key': choice('env:', 'file:', 'keychain:'),
  'simulate --key': FREE,
  '--keys': choice('keychain', 'file', 'skip'),
  '--label': FREE,
  '--level': choice('debug', 'info', 'warn', 'error'),
  '--limit': FREE,
  '--lines': FREE,
  '--match': FREE,
  '--model': names('models'),
  '--model-latency': FREE,
  '--name': FREE,
  '--names': choice('providers', 'routes', 'models', 'targets', 'profiles', 'resting'),
  '--on': names('targets'),
  '--only': FREE,
  '--out': { is: 'file' },
  '--speed': choice('1', '2x', '0'),
  '--socket': { is: 'file' },
  '--outcome': choice('served', 'failed', 'cut', 'gone'),
  '--per': { is: 'choice', words: keysOf(PERIODS) },
  '--per-minute': FREE,
  '--port': FREE,
  '--preset': { is: 'choice', words: PRESETS.map(({ name }) => name) },
  '--profile': names('profiles'),
  '--provider': names('providers'),
  '--rate': choice('5%', '20%', '50%'),
  '--remove-header': FREE,
  '--remove-key': FREE,
  '--route': names('routes'),
  '--seconds': FREE,
  '--seed': FREE,
  '--shell': { is: 'choice', words: keysOf(SHELLS) },
  '--simulate': FREE,
  '--since': choice('10m', '1h', '1d', '7d'),
  '--status': choice('200', '4xx', '429', '5xx'),
  '--text': FREE,
  '--filter': FREE,
  '--then': { is: 'choice', words: keysOf(BUDGET_ACTIONS) },
  '--timeout': FREE,
  '--tokens': FREE,
  '--tokens-per-second': FREE,
  '--url': FREE,
  '--usd': FREE,
  '--weight': FREE,
};

/** What an argument of a command can be; undefined when the table does not say. */
export function argumentValue(path: string, argument: string): Value | undefined {
  const noun = path.split(' ', 1)[0] ?? path;
  return ARGUMENT_VALUES[`${path} ${argument}`] ?? ARGUMENT_VALUES[`${noun} ${argument}`];
}

/** What an option of a command can be given; undefined when the table does not say. */
export function optionValue(path: string, option: string): Value | undefined {
  return OPTION_VALUES[`${path} ${option}`] ?? OPTION_VALUES[option];
}

/** What a value may be, in words for a shell's script to walk: a kind, then what belongs to it. */
export function codeOf(value: Value): string {
  switch (value.is) {
    case 'names':
      return `names ${value.kind}`;
    case 'choice':
      return `words ${value.words.join(' ')}`;
    case 'file':
    case 'command':
    case 'free':
      return value.is;
  }
}
