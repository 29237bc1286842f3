import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Input } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/commands/completion.ts';
import { findNames } from '../../../src/cli/completion/names.ts';
import { readCommandLine, wordsAfter } from '../../../src/cli/completion/spec.ts';
import {
  ARGUMENT_VALUES,
  argumentValue,
  OPTION_VALUES,
  optionValue,
} from '../../../src/cli/completion/values.ts';
import { COMMANDS, NOUNS } from '../../../src/cli/tree.ts';
import { testContext } from '../../cli-context.ts';
import { answerAs, idleStatus } from './answering-daemon.ts';
import { failure, run } from './run-command.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-completion-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const tree = { commands: COMMANDS, nouns: NOUNS };
const line = await readCommandLine(tree);

function writeProfile(): void {
  const providers = { alpha: { url: 'http://127.0.0.1:9/v1', models: ['llama3:8b'] }, beta: {} };
  const routes = {
    main: { match: ['*', 'gpt-4o'], targets: ['alpha/m1', 'beta/vendor/m2'] },
    fast: { targets: ['beta'] },
  };
  const document = { active: 'work', profiles: { work: { providers, routes }, spare: {} } };
  writeFileSync(join(home, 'config.json'), JSON.stringify(document));
}

describe('the command line as completion sees it', () => {
  it('has every command with its options and the two that are everywhere', () => {
    expect(line.commands.map(({ path }) => path)).toEqual(COMMANDS.map(({ path }) => path));
    const set = line.commands.find(({ path }) => path === 'route set');
    expect(set?.options.flatMap(({ names }) => names)).toEqual([
      '--match',
      '--balance',
      '--weight',
      '--json',
      '-h',
      '--help',
    ]);
    expect(set?.positional).toEqual([
      { name: 'name', value: { is: 'names', kind: 'routes' }, variadic: false },
      { name: 'target', value: { is: 'names', kind: 'targets' }, variadic: true },
    ]);
  });

  it('knows what may follow', () => {
    const first = wordsAfter(line, '').map(({ name }) => name);
    expect(first).toEqual(expect.arrayContaining(['start', 'route', 'help']));
    expect(first).not.toContain('add');
    expect(wordsAfter(line, 'profile').map(({ name }) => name)).toContain('use');
    expect(wordsAfter(line, 'start')).toEqual([]);
  });

  it('says of every argument and every option with a value what can stand there', async () => {
    const unknown: string[] = [];
    for (const { path, load } of COMMANDS) {
      const { arguments: positional = [], options = [] } = (await load()).command;
      for (const { name } of positional) {
        const bare = name.replaceAll(/[<>[\].]/g, '');
        if (!argumentValue(path, bare)) unknown.push(`${path} ${name}`);
      }
      for (const { flags } of options.filter((option) => option.flags.includes('<'))) {
        const long = /--[\w-]+/.exec(flags)?.[0] ?? flags;
        if (!optionValue(path, long)) unknown.push(`${path} ${flags}`);
      }
    }
    expect(
      unknown,
      'add them to src/cli/completion/values.ts ({ is: "free" } where only the person knows)',
    ).toEqual([]);
  });

  it('has nothing to say of arguments and options that do not exist', () => {
    const names = new Set(
      line.commands.flatMap(({ path, options, positional }) => {
        const noun = path.split(' ', 1)[0] ?? path;
        const own = [...options.flatMap((option) => option.names), ...positional.map(({ name }) => name)];
        return own.flatMap((name) => [name, `${path} ${name}`, `${noun} ${name}`]);
      }),
    );
    const gone = [...Object.keys(ARGUMENT_VALUES), ...Object.keys(OPTION_VALUES)].filter(
      (key) => !names.has(key),
    );
    expect(gone).toEqual([]);
  });
});

describe('live names', () => {
  it('come from the active profile', async () => {
    writeProfile();
    const context = testContext({ home });
    expect(await findNames(context, 'providers')).toEqual(['alpha', 'beta']);
    expect(await findNames(context, 'routes')).toEqual(['fast', 'main']);
    expect(await findNames(context, 'models')).toEqual([
      'fast',
      'gpt-4o',
      'llama3:8b',
      'm1',
      'main',
      'vendor/m2',
    ]);
    expect(await findNames(context, 'targets')).toEqual([
      'alpha',
      'alpha/llama3:8b',
      'alpha/m1',
      'beta',
      'beta/vendor/m2',
    ]);
    expect(await findNames(context, 'profiles')).toEqual(['spare', 'work']);
  });

  it('come from the daemon where the profile was made of the environment', async () => {
    const daemon = await answerAs(
      home,
      idleStatus({
        providers: [{ name: 'groq', url: 'http://127.0.0.1:9/v1', enabled: true, keys: [], targets: [] }],
        routes: [{ name: 'default', match: ['*'], targets: ['groq/m'] }],
      }),
    );
    try {
      expect(await findNames(testContext({ home }), 'providers')).toEqual(['groq']);
      expect(await findNames(testContext({ home }), 'models')).toEqual(['default', 'm']);
    } finally {
      await daemon.close();
    }
  });

  it('are none, in silence, when there is nothing or it cannot be read', async () => {
    expect(await findNames(testContext({ home }), 'providers')).toEqual([]);
    writeFileSync(join(home, 'config.json'), '{"profiles": [');
    expect(await findNames(testContext({ home }), 'profiles')).toEqual([]);
    writeFileSync(
      join(home, 'config.json'),
      '{"profiles": {"default": {"providers": 3, "routes": {"a": {"targets": 7}}}}}',
    );
    expect(await findNames(testContext({ home }), 'routes')).toEqual([]);
  });

  it('leave out what would break a command line', async () => {
    const profiles = { ok: {}, 'two words': {}, 'esc\u001B[2J': {}, 'line\nbreak': {} };
    writeFileSync(join(home, 'config.json'), JSON.stringify({ profiles }));
    expect(await findNames(testContext({ home }), 'profiles')).toEqual(['ok']);
  });
});

describe('gw completion', () => {
  it('prints names for a script, and none of a kind it does not know', async () => {
    writeProfile();
    const context = testContext({ home });
    await run(command, context, [], { names: 'providers' });
    await run(command, context, [], { names: 'planets' });
    expect(context.out).toBe('alpha\nbeta\n');
    expect(context.err).toBe('');
  });

  it.each(['bash', 'zsh', 'fish', 'powershell'])(
    'writes a script for %s with every command in it',
    async (shell) => {
      const context = testContext({ home });
      await command.run(context, new Input([shell], {}, tree));
      for (const { path } of COMMANDS) {
        expect(context.out, path).toContain(path.split(' ').at(-1));
      }
      expect(context.out).toContain('gw completion --names');
    },
  );

  it('wants to know which shell it is for', async () => {
    const none = await failure(run(command, testContext({ home })));
    expect(none).toMatchObject({ exit: 2, fix: 'gw completion bash|zsh|fish|powershell' });
    const mistyped = await failure(run(command, testContext({ home }), ['bsah']));
    expect(mistyped).toMatchObject({ exit: 2, fix: 'gw completion bash' });
  });
});
