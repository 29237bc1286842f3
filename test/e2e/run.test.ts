import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { DaemonHome, PROGRAM, waitUntil } from './daemon-home.ts';

const SDK = pathToFileURL(join(import.meta.dirname, '..', '..', 'node_modules', 'openai', 'index.mjs')).href;

let home: DaemonHome;
let first: Simulator;
let second: Simulator;
let urls: { readonly first: string; readonly second: string };

beforeEach(async () => {
  home = new DaemonHome();
  home.env = { TEST_KEY: 'sk-of-the-provider' };
  first = createSimulator({ name: 'first', firstTokenMs: 0, tokensPerSecond: 0 });
  second = createSimulator({ name: 'second', firstTokenMs: 0, tokensPerSecond: 0 });
  urls = { first: (await first.listen()).url, second: (await second.listen()).url };
  home.profile(urls);
});
afterEach(async () => {
  await home.remove();
  await first.close();
  await second.close();
});

/** A folder whose `gw` is the program under test, in front of the PATH. */
function pathWithGw(): string {
  const folder = join(home.folder, 'bin');
  mkdirSync(folder, { recursive: true });
  const launcher = join(folder, 'gw');
  writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  chmodSync(launcher, 0o755);
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
}

/** A script of somebody who never heard of gw: the official SDK, as its documentation has it. */
function sdkScript(): string {
  const file = join(home.folder, 'script.mjs');
  writeFileSync(
    file,
    `import OpenAI from '${SDK}';
const answer = await new OpenAI().chat.completions.create({
  model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }],
});
console.log(answer.choices[0].message.content.length > 0 ? 'answered' : 'empty');
`,
  );
  return file;
}

describe('gw run', () => {
  it("takes an SDK's calls through gw, although it has no key and the first provider is down", async () => {
    await home.start();
    first.setFault('500');
    const ran = await home.run(['run', '--json', '--', process.execPath, sdkScript()]);
    expect(ran.out).toBe('answered\n');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.err)).toMatchObject({ requests: 1, failovers: 1, failed: 0, exit: 0 });
  });

  it('says nothing where nobody reads it', async () => {
    await home.start();
    const ran = await home.run(['run', process.execPath, sdkScript()]);
    expect(ran).toEqual({ exit: 0, out: 'answered\n', err: '' });
  });

  it('leaves the words behind the command to it, options and all, and its exit code', async () => {
    await home.start();
    const words = [
      'run',
      process.execPath,
      '-p',
      'process.exitCode = 9, process.argv.slice(1).join()',
      '--',
      '--json',
      '-q',
    ];
    expect(await home.run(words)).toEqual({ exit: 9, out: '--json,-q\n', err: '' });
  });

  it('keeps the key that is there, and spares this machine from a proxy', async () => {
    await home.start();
    const show =
      'const e = process.env; [e.OPENAI_API_KEY, e.NO_PROXY, e.OPENAI_BASE_URL === e.OPENAI_API_BASE].join(" ")';
    const env = { OPENAI_API_KEY: 'sk-mine', HTTP_PROXY: 'http://127.0.0.1:9' };
    const ran = await home.run(['run', '--', process.execPath, '-p', show], env);
    expect(ran.out).toBe('sk-mine 127.0.0.1 true\n');
  });

  it("gives the command gw's own token, and gw takes it", async () => {
    home.profile(urls, { listen: { port: 0, token: { env: 'GW_TOKEN' } } });
    home.env = { ...home.env, GW_TOKEN: 'token-of-this-machine', OPENAI_API_KEY: 'sk-mine' };
    await home.start();
    const ran = await home.run(['run', '--', process.execPath, sdkScript()]);
    expect(ran).toMatchObject({ exit: 0, out: 'answered\n' });
  });

  it('passes signals on and dies of them as the command did', async () => {
    await home.start();
    const child = home.spawn([
      'run',
      '--',
      process.execPath,
      '-e',
      'console.log("up"); setInterval(() => {}, 1000)',
    ]);
    let out = '';
    child.stdout?.on('data', (chunk) => (out += String(chunk)));
    await waitUntil(() => out.includes('up'));
    child.kill('SIGTERM');
    const [code, signal] = await once(child, 'exit');
    expect([code, signal]).toEqual([null, 'SIGTERM']);
  });

  it('leaves it to the command what a signal means', async () => {
    await home.start();
    const script =
      'process.on("SIGHUP", () => process.exit(5)); console.log("up"); setInterval(() => {}, 1000)';
    const child = home.spawn(['run', '--', process.execPath, '-e', script]);
    let out = '';
    child.stdout?.on('data', (chunk) => (out += String(chunk)));
    await waitUntil(() => out.includes('up'));
    child.kill('SIGHUP');
    expect((await once(child, 'exit'))[0]).toBe(5);
  });

  it('ends with 3 without a daemon, and with 127 without the command', async () => {
    expect(await home.run(['run', '--', 'true'])).toMatchObject({ exit: 3, out: '' });
    await home.start();
    expect(await home.run(['run', '--', 'no-such-command-here'])).toMatchObject({ exit: 127, out: '' });
  });
});

describe('gw env in a shell', () => {
  const evaluate = (shell: string, line: string, env: Record<string, string> = {}) =>
    spawnSync(shell, ['-c', line], {
      encoding: 'utf8',
      env: { HOME: home.folder, GW_HOME: home.folder, ...home.env, PATH: pathWithGw(), ...env },
    });
  const SHELLS = [
    ['bash', 'eval "$(gw env)"', 'eval "$(gw env --unset)"'],
    ['zsh', 'eval "$(gw env)"', 'eval "$(gw env --unset)"'],
    ['sh', 'eval "$(gw env)"', 'eval "$(gw env --unset)"'],
    ['fish', 'gw env | source', 'gw env --unset | source'],
  ] as const;
  const SHOW = 'env | grep -c "^OPENAI_.*=" || true';

  for (const [shell, load, unload] of SHELLS) {
    const there = spawnSync(shell, ['-c', 'exit 0']).status === 0;
    const run = it.skipIf(!there);

    run(`is found out and taken in by ${shell} (skipped where there is none)`, async () => {
      const { address } = await home.start();
      const shown = evaluate(shell, `${load}\necho "$OPENAI_BASE_URL $OPENAI_API_BASE $OPENAI_API_KEY"`, {
        SHELL: '/bin/other',
      });
      expect(shown).toMatchObject({ stdout: `${address}/v1 ${address}/v1 gw-local\n`, stderr: '' });
    });

    run(`leaves nothing behind in ${shell} when it is taken back, or when no daemon runs`, async () => {
      expect(
        evaluate(shell, `${load}\n${shell === 'fish' ? SHOW.replace('|| true', '; or true') : SHOW}`).stdout,
      ).toBe('0\n');
      await home.start();
      const show = shell === 'fish' ? SHOW.replace('|| true', '; or true') : SHOW;
      expect(evaluate(shell, `${load}\n${show}\n${unload}\n${show}`).stdout).toBe('3\n0\n');
    });
  }

  it('hands no stand-in to the daemon as if it were a key', async () => {
    writeFileSync(
      home.paths.config,
      JSON.stringify({
        listen: { port: 0 },
        profiles: {
          default: {
            providers: {
              openai: {
                url: urls.first,
                keys: [{ env: 'OPENAI_API_KEY' }],
              },
            },
            routes: { main: { match: ['*'], targets: ['openai/m'] } },
          },
        },
      }),
    );
    await home.start();
    const told = evaluate('sh', 'eval "$(gw env)"; gw reload --json');
    expect(JSON.parse(told.stdout)).toMatchObject({
      unresolvedKeys: [expect.stringContaining('OPENAI_API_KEY')],
    });
  });
});

describe('gw help exit-codes', () => {
  it('prints what scripts go by', async () => {
    const ran = await home.run(['help', 'exit-codes']);
    expect(ran.out).toMatch(/^ +3 {2}the daemon is not running$/m);
    expect(ran.out).toMatch(/^ +127 /m);
    const json = await home.run(['help', 'exit-codes', '--json']);
    expect(JSON.parse(json.out)).toContainEqual({ code: 3, meaning: 'the daemon is not running' });
  });
});

describe('gw run at a terminal', () => {
  // util-linux's `script` gives a command a terminal of its own.
  const terminal = 'script';
  const there = process.platform === 'linux' && spawnSync(terminal, ['--version']).status === 0;

  it.skipIf(!there)('ends with one line about what went through gw (skipped without script(1))', async () => {
    await home.start();
    first.setFault('500');
    const env = { HOME: home.folder, GW_HOME: home.folder, ...home.env, PATH: pathWithGw() };
    const inTerminal = async (line: string): Promise<string> => {
      const child = spawn(terminal, ['-qec', line, '/dev/null'], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let shown = '';
      child.stdout.on('data', (chunk) => (shown += String(chunk)));
      await once(child, 'close');
      return shown;
    };
    const line = `'${process.execPath}' '${sdkScript()}'`;
    expect(await inTerminal(`gw run -- ${line}`)).toMatch(
      /^answered\r\ngw: 1 request in \S+, 1 failed over, 0 failed {3}\(gw requests --failover\)\r\n$/,
    );
    expect(await inTerminal(`gw run --quiet -- ${line}`)).toBe('answered\r\n');
  });
});
