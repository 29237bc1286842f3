import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { detectShell, programsAbove } from '../../../src/cli/clients/detect-shell.ts';
import { shellNamed, SHELLS } from '../../../src/cli/clients/shell.ts';
import { clientAssignments, spareFromProxy, withoutPlaceholder } from '../../../src/cli/clients/variables.ts';
import { command } from '../../../src/cli/commands/env.ts';
import type { ControlServer } from '../../../src/control/index.ts';
import { testContext } from '../../cli-context.ts';
import { answerAs, idleStatus } from './answering-daemon.ts';
import { failure, run } from './run-command.ts';

const TOKEN = 'local-token-of-the-team';

let home: string;
let daemon: ControlServer | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-env-'));
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  rmSync(home, { recursive: true, force: true });
});

async function daemonRuns(change: Parameters<typeof idleStatus>[0] = {}): Promise<void> {
  daemon = await answerAs(home, idleStatus(change));
}

function wantToken(reference: object): void {
  writeFileSync(join(home, 'config.json'), JSON.stringify({ listen: { token: reference } }), { mode: 0o600 });
}

async function exportsFor(shell: string, env: Record<string, string> = {}) {
  const context = testContext({ home, env });
  await run(command, context, [], { shell });
  return context;
}

describe('gw env', () => {
  it('prints what points clients of every vendor at the daemon, and a stand-in for the keys they insist on', async () => {
    await daemonRuns();
    expect((await exportsFor('bash')).out).toBe(
      "export OPENAI_BASE_URL='http://127.0.0.1:4499/v1'\n" +
        "export OPENAI_API_BASE='http://127.0.0.1:4499/v1'\n" +
        "export OPENAI_API_KEY='gw-local'\n" +
        "export ANTHROPIC_BASE_URL='http://127.0.0.1:4499'\n" +
        "export ANTHROPIC_AUTH_TOKEN='gw-local'\n" +
        "export GOOGLE_GEMINI_BASE_URL='http://127.0.0.1:4499'\n" +
        "export GEMINI_API_KEY='gw-local'\n",
    );
  });

  it('leaves keys alone that are there, whatever variable of the vendor they are in', async () => {
    await daemonRuns();
    const env = { OPENAI_API_KEY: 'sk-mine', ANTHROPIC_API_KEY: 'sk-mine', GOOGLE_API_KEY: 'sk-mine' };
    const { out } = await exportsFor('zsh', env);
    expect([...out.matchAll(/export (\w+)=/g)].map(([, name]) => name)).toEqual([
      'OPENAI_BASE_URL',
      'OPENAI_API_BASE',
      'ANTHROPIC_BASE_URL',
      'GOOGLE_GEMINI_BASE_URL',
    ]);
  });

  it('speaks to the clients of one vendor only, when told which', async () => {
    await daemonRuns();
    const context = testContext({ home });
    await run(command, context, [], { shell: 'bash', client: 'anthropic' });
    expect(context.out).toBe(
      "export ANTHROPIC_BASE_URL='http://127.0.0.1:4499'\nexport ANTHROPIC_AUTH_TOKEN='gw-local'\n",
    );
    const typo = run(command, testContext({ home }), [], { shell: 'bash', client: 'gemni' });
    expect(await failure(typo)).toMatchObject({ exit: 2, fix: '--client gemini' });
  });

  it.each([
    ['fish', "set -gx OPENAI_BASE_URL 'http://127.0.0.1:4499/v1'"],
    ['powershell', "$env:OPENAI_BASE_URL = 'http://127.0.0.1:4499/v1'"],
    ['pwsh', "$env:OPENAI_BASE_URL = 'http://127.0.0.1:4499/v1'"],
    ['cmd', 'set "OPENAI_BASE_URL=http://127.0.0.1:4499/v1"'],
  ])('speaks %s', async (shell, line) => {
    await daemonRuns();
    expect((await exportsFor(shell)).out.split('\n')[0]).toBe(line);
  });

  it('prints nothing and ends with 3 while no daemon takes requests', async () => {
    const absent = testContext({ home });
    expect(await failure(run(command, absent))).toMatchObject({ exit: 3, fix: 'gw start' });
    await daemonRuns({ draining: true });
    const stopping = testContext({ home });
    expect(await failure(run(command, stopping))).toMatchObject({ exit: 3, fix: 'gw restart' });
    expect(absent.out + stopping.out).toBe('');
  });

  it('names the nearest shell for a mistyped one', async () => {
    await daemonRuns();
    const error = await failure(run(command, testContext({ home }), [], { shell: 'fihs' }));
    expect(error).toMatchObject({ exit: 2, fix: '--shell fish' });
  });

  it('says with --json what each variable is to hold', async () => {
    await daemonRuns();
    const context = testContext({ home, json: true });
    await run(command, context, [], { shell: 'fish' });
    expect(context.outJson).toEqual({
      shell: 'fish',
      address: 'http://127.0.0.1:4499',
      variables: expect.arrayContaining([
        { name: 'OPENAI_BASE_URL', value: 'http://127.0.0.1:4499/v1' },
        { name: 'OPENAI_API_BASE', value: 'http://127.0.0.1:4499/v1' },
        { name: 'OPENAI_API_KEY', value: 'gw-local' },
      ]),
    });
  });

  it('says that calls would leave through an HTTP proxy', async () => {
    await daemonRuns();
    const { err } = await exportsFor('bash', { http_proxy: 'http://proxy:3128', no_proxy: 'intranet' });
    expect(err).toContain('NO_PROXY to intranet,127.0.0.1');
  });

  it('takes away what it set, without a daemon', async () => {
    const context = testContext({ home });
    await run(command, context, [], { shell: 'bash', unset: true });
    expect(context.out).toBe(
      'unset OPENAI_BASE_URL\nunset OPENAI_API_BASE\nunset OPENAI_API_KEY\nunset ANTHROPIC_BASE_URL\n' +
        'unset ANTHROPIC_AUTH_TOKEN\nunset GOOGLE_GEMINI_BASE_URL\nunset GEMINI_API_KEY\n',
    );
  });

  it('does not take away a key that is not its own', async () => {
    const env = { OPENAI_API_KEY: 'sk-mine', GEMINI_API_KEY: 'mine', GOOGLE_API_KEY: 'mine' };
    const context = testContext({ home, env });
    await run(command, context, [], { shell: 'fish', unset: true });
    expect(context.out).not.toMatch(/_API_KEY/);
    expect(context.out).toContain('set -e OPENAI_BASE_URL\nset -e OPENAI_API_BASE\n');
  });
});

describe('gw env with a token', () => {
  it('refers to the variable that holds it', async () => {
    await daemonRuns();
    wantToken({ env: 'GW_TOKEN' });
    const { out, err } = await exportsFor('bash', { GW_TOKEN: TOKEN, OPENAI_API_KEY: 'sk-mine' });
    expect(out).toContain('export OPENAI_API_KEY="$GW_TOKEN"\n');
    expect(out + err).not.toContain(TOKEN);
    expect(err).toContain('in place of the key it had');
  });

  it('has gw itself print one that is kept elsewhere, when the shell takes it in', async () => {
    await daemonRuns();
    wantToken({ value: TOKEN });
    const { out } = await exportsFor('fish', { GOOGLE_API_KEY: 'sk-mine' });
    expect(out).toContain('set -gx OPENAI_API_KEY (gw env --token)\n');
    expect(out).toContain('set -gx ANTHROPIC_AUTH_TOKEN (gw env --token)\n');
    // This one would count more than the other.
    expect(out).toContain(
      'set -gx GEMINI_API_KEY (gw env --token)\nset -gx GOOGLE_API_KEY (gw env --token)\n',
    );
    expect(out).not.toContain(TOKEN);
  });

  it('exports nothing when its variable is not set here', async () => {
    await daemonRuns();
    wantToken({ env: 'GW_TOKEN' });
    const context = testContext({ home });
    expect(await failure(run(command, context, [], { shell: 'bash' }))).toMatchObject({ exit: 4 });
    expect(context.out).toBe('');
  });

  it('is printed only when asked for', async () => {
    wantToken({ value: TOKEN });
    const context = testContext({ home });
    await run(command, context, [], { token: true });
    expect(context.out).toBe(`${TOKEN}\n`);
  });

  it('says that there is none', async () => {
    const error = await failure(run(command, testContext({ home }), [], { token: true }));
    expect(error.message).toContain('no token');
  });

  it('is taken away with the rest', async () => {
    wantToken({ value: TOKEN });
    const env = { OPENAI_API_KEY: TOKEN, GOOGLE_API_KEY: TOKEN, ANTHROPIC_API_KEY: 'sk-mine' };
    const context = testContext({ home, env });
    await run(command, context, [], { shell: 'bash', unset: true });
    expect(context.out).toContain('unset OPENAI_API_KEY');
    expect(context.out).toContain('unset GOOGLE_API_KEY');
    expect(context.out).not.toContain('ANTHROPIC_API_KEY');
  });
});

describe('the stand-in for a key', () => {
  it('is never taken for one by gw itself', () => {
    expect(withoutPlaceholder({ OPENAI_API_KEY: 'gw-local', A: 'b' })).toEqual({ A: 'b' });
    expect(withoutPlaceholder({ GEMINI_API_KEY: 'gw-local', A: 'gw-local' })).toEqual({ A: 'gw-local' });
    expect(withoutPlaceholder({ OPENAI_API_KEY: 'sk-x' })).toEqual({ OPENAI_API_KEY: 'sk-x' });
  });

  it('is not needed where the token is the variable itself', () => {
    const names = clientAssignments('http://a', {}, { is: 'env', name: 'OPENAI_API_KEY' }, ['openai']);
    expect(names.map(({ name }) => name)).toEqual(['OPENAI_BASE_URL', 'OPENAI_API_BASE']);
  });
});

describe('calls to this machine', () => {
  const address = 'http://127.0.0.1:4499';

  it('are spared from a proxy, beside what is spared already', () => {
    expect(spareFromProxy(address, { HTTP_PROXY: 'http://p', NO_PROXY: 'a, b' })).toEqual({
      no_proxy: 'a,b,127.0.0.1',
      NO_PROXY: 'a,b,127.0.0.1',
    });
  });

  it.each([{}, { http_proxy: 'p', no_proxy: '*' }, { all_proxy: 'p', NO_PROXY: 'x,127.0.0.1' }])(
    'need nothing with %j',
    (env) => expect(spareFromProxy(address, env)).toBeUndefined(),
  );
});

const NASTY = `it's "$HOME" \`id\` \\ %PATH% !x; & | ‘curly’ 'end\\`;

describe('quoting', () => {
  for (const program of ['bash', 'zsh', 'fish', 'pwsh']) {
    it.skipIf(!isThere(program))(
      `keeps every character in a real ${program} (skipped where there is none)`,
      () => {
        const line = SHELLS[shellNamed(program) ?? 'cmd'].assign({
          is: 'text',
          name: 'GW_VALUE',
          value: NASTY,
        });
        const show = `${line}\n${program === 'pwsh' ? '& ' : ''}"${process.execPath}" -p process.env.GW_VALUE`;
        expect(execFileSync(program, ['-c', show], { encoding: 'utf8' })).toBe(`${NASTY}\n`);
      },
    );
  }

  it('doubles what PowerShell takes for a quote', () => {
    expect(SHELLS.powershell.assign({ is: 'text', name: 'A', value: `'‘’` })).toBe(`$env:A = '''‘‘’’'`);
  });
});

describe('the shell in use', () => {
  const none: string[] = [];

  it.each([
    [
      'the nearest program that is one',
      { env: { SHELL: '/bin/zsh' }, ancestors: ['node', 'fish', 'bash'] },
      'fish',
    ],
    ['a login shell', { env: {}, ancestors: ['-zsh'] }, 'zsh'],
    ['a POSIX shell, which reads what bash reads', { env: {}, ancestors: ['/bin/dash'] }, 'bash'],
    [
      'PowerShell, which leaves a variable',
      { env: { SHELL: '/bin/bash', PSModulePath: '/x' }, ancestors: none },
      'powershell',
    ],
    ['what SHELL says', { env: { SHELL: '/usr/bin/fish' }, ancestors: ['node', 'make'] }, 'fish'],
    ['bash when nothing is known', { env: {}, ancestors: none }, 'bash'],
  ])('is %s', (_, signs, expected) => {
    expect(detectShell({ platform: 'linux', ...signs })).toBe(expected);
  });

  it('is told apart on Windows by the modules that PowerShell adds for its user', () => {
    const everybody = 'C:\\Program Files\\WindowsPowerShell\\Modules';
    const detect = (modules: string): string =>
      detectShell({ platform: 'win32', env: { PSModulePath: modules }, ancestors: none });
    expect(detect(everybody)).toBe('cmd');
    expect(detect(`C:\\Users\\a\\Documents\\PowerShell\\Modules;${everybody}`)).toBe('powershell');
  });

  it('is looked for among the programs that started this one', () => {
    if (process.platform === 'win32') return;
    expect([...programsAbove(process.pid, process.platform)].length).toBeGreaterThan(0);
    expect([...programsAbove(2 ** 30, process.platform)]).toEqual([]);
  });
});

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['-c', 'exit 0'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
