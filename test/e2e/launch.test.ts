import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { DaemonHome, PROGRAM, waitUntil } from './daemon-home.ts';

let home: DaemonHome;
let first: Simulator;
let second: Simulator;
let bin: string;
/** Of the first simulator, with `/v1`. */
let address: string;

beforeEach(async () => {
  home = new DaemonHome();
  bin = join(home.folder, 'bin');
  mkdirSync(bin);
  home.env = { TEST_KEY: 'sk-of-the-provider', PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  first = createSimulator({ name: 'first', firstTokenMs: 0, tokensPerSecond: 0 });
  second = createSimulator({ name: 'second', firstTokenMs: 0, tokensPerSecond: 0 });
  ({ url: address } = await first.listen());
  home.profile({ first: address, second: (await second.listen()).url });
});
afterEach(async () => {
  await home.remove();
  await first.close();
  await second.close();
});

/** A program of that name in front of everything else on the PATH. */
function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!${process.execPath}\n${script}`);
  chmodSync(join(bin, name), 0o755);
}

/** Asks as Claude Code does, says what it was started with, and ends with a code of its own. */
const LIKE_CLAUDE = `(async () => {
const answer = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: {
    'content-type': 'application/json', 'anthropic-version': '2023-06-01',
    'user-agent': 'claude-cli/2.1.330 (external, cli)', authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
  },
  body: JSON.stringify({ model: 'claude-x', max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }] }),
});
const words = process.argv.slice(2);
console.log(JSON.stringify({ status: answer.status, words, key: process.env.ANTHROPIC_API_KEY ?? null }));
process.exitCode = 9;
})();
`;

describe('gw launch', () => {
  it('starts a client by its own rules, passes its words and its end on, and counts its requests', async () => {
    program('claude', LIKE_CLAUDE);
    await home.start();
    first.setFault('500');
    const words = ['launch', '--json', 'claude', '--', '-p', '--model=x', '--', 'y'];
    const ran = await home.run(words, { ANTHROPIC_API_KEY: 'sk-ant-mine' });
    expect(JSON.parse(ran.out)).toEqual({ status: 200, words: ['-p', '--model=x', '--', 'y'], key: null });
    expect(ran.exit).toBe(9);
    expect(JSON.parse(ran.err)).toMatchObject({
      client: 'claude',
      requests: 1,
      failovers: 1,
      failed: 0,
      exit: 9,
    });
  });

  it('says in one line at the end what went through', async () => {
    program('claude', LIKE_CLAUDE);
    await home.start();
    const ran = await home.run(['launch', 'claude']);
    expect(ran.err).toMatch(/^gw: 1 request in \S+, 0 failed over, 0 failed/);
    expect(ran.err.trim().split('\n')).toHaveLength(1);
    expect((await home.run(['launch', '--quiet', 'claude'])).err).toBe('');
  });

  it('is recorded and answered behind gw record and gw replay, without a daemon too', async () => {
    program('claude', LIKE_CLAUDE);
    await home.start();
    const cassette = join(home.folder, 'agent.cassette.jsonl');
    const words = ['--', process.execPath, PROGRAM, 'launch', '--quiet', 'claude'];
    const recorded = await home.run(['record', cassette, ...words]);
    expect(recorded.err).toContain('1 exchange in');
    await home.run(['stop', '--now']);
    const asked = first.received;
    const replayed = await home.run(['replay', cassette, '--strict', ...words]);
    expect(replayed).toMatchObject({ exit: 9, out: recorded.out });
    expect(replayed.err).toContain('1 answer from the cassette, 0 misses');
    expect(first.received).toBe(asked);
  });

  it('leaves nothing on disk that the client did not make itself [promise:launch-traceless]', async () => {
    program('gemini', `require('node:fs').writeFileSync(process.env.GEMINI_CLI_HOME + '/.gemini/own', 'x')`);
    await home.start();
    const before = readdirSync(home.folder).sort();
    const ran = await home.run(['launch', 'gemini'], { TMPDIR: bin });
    expect(ran.exit, ran.err).toBe(0);
    expect(readdirSync(home.folder).sort()).toEqual([...before, '.gemini'].sort());
    expect(readdirSync(join(home.folder, '.gemini'))).toEqual(['own']);
    expect(readdirSync(bin).filter((one) => one.startsWith('gw-'))).toEqual([]);
  });

  it('ends with 127 and how to install it where the client is not there', async () => {
    home.env['PATH'] = bin;
    expect(await home.run(['launch', 'codex'])).toMatchObject({
      exit: 127,
      err: expect.stringContaining('fix: npm install --global @openai/codex'),
    });
  });

  it('ends with 3 while gw does not run, and starts it first when told to', async () => {
    program('claude', LIKE_CLAUDE);
    expect(await home.run(['launch', 'claude'])).toMatchObject({
      exit: 3,
      out: '',
      err: expect.stringContaining('gw launch --start claude'),
    });
    const ran = await home.run(['launch', '--start', 'claude']);
    expect(ran.exit, ran.err).toBe(9);
    expect((await home.status()).counters.total).toBe(1);
  });

  it('passes signals on, and takes back what it put on disk all the same', async () => {
    program(
      'gemini',
      `require('node:fs').writeFileSync(process.env.MARK, 'up'); setInterval(() => {}, 1000);`,
    );
    await home.start();
    const mark = join(home.folder, 'mark');
    const child = home.spawn(['launch', 'gemini'], { MARK: mark, TMPDIR: bin });
    const isUp = (): boolean =>
      readdirSync(home.folder).includes('mark') && readFileSync(mark, 'utf8') === 'up';
    await waitUntil(isUp);
    child.kill('SIGTERM');
    const [code, signal] = await once(child, 'exit');
    expect(signal ?? code).toBe('SIGTERM');
    expect(readdirSync(bin).filter((one) => one.startsWith('gw-'))).toEqual([]);
  });
});

/** Where the real agents are: a folder with their commands. They come from npm, into a folder outside this project. */
const AGENTS = process.env['GW_TEST_AGENTS'] ?? '';
const PROMPT = 'Please use a tool, then say what it printed.';

/**
 * How each is asked one thing without a terminal, and what shows that it ran the tool: in what it prints, or where it
 * prints nothing of its tools, in what it sends back.
 */
const REAL = [
  {
    name: 'claude',
    native: 'anthropic-messages',
    words: ['-p', PROMPT, '--allowedTools', 'Bash', '--output-format', 'stream-json', '--verbose'],
    shows: '"content":"hello from the simulator"',
  },
  {
    name: 'codex',
    native: 'openai-responses',
    words: ['exec', '--skip-git-repo-check', PROMPT],
    shows: String.raw`Script completed\nWall time`,
  },
  {
    name: 'gemini',
    native: 'gemini',
    words: ['--approval-mode', 'yolo', '--skip-trust', '-o', 'stream-json', '-p', PROMPT],
    shows: '"status":"success","output":"hello from the simulator"',
  },
  { name: 'opencode', native: 'openai-chat', words: ['run', PROMPT], shows: '\nhello from the simulator\n' },
] as const;

/** A format that the client itself does not speak, so that every turn is translated there and back. */
const FOREIGN = {
  'anthropic-messages': 'openai-chat',
  'openai-responses': 'anthropic-messages',
  gemini: 'openai-responses',
  'openai-chat': 'gemini',
} as const;

/** A profile with one provider, which speaks this format. */
function speak(format: string): void {
  const url = format === 'gemini' ? `${address}beta` : address;
  const only = { url, format, keys: [{ env: 'TEST_KEY' }] };
  const routes = { main: { match: ['*'], targets: ['first/m'] } };
  home.profile({}, { profiles: { default: { providers: { first: only }, routes } } });
}

const TURNS = REAL.flatMap((agent) => [
  { ...agent, way: 'a provider of its own format', format: agent.native },
  { ...agent, way: 'a provider of another format', format: FOREIGN[agent.native] },
]);

describe.each(TURNS)('the real $name before $way ($format)', ({ name, format, words, shows }) => {
  const found = AGENTS !== '' && spawnSync(join(AGENTS, name), ['--version']).status === 0;

  it.skipIf(!found)('completes a turn with a tool through gw', { timeout: 120_000 }, async () => {
    speak(format);
    home.env['PATH'] = `${AGENTS}${delimiter}${home.env['PATH'] ?? ''}`;
    await home.start();
    const ran = await home.run(['launch', '--json', name, '--', ...words]);
    expect(ran.exit, ran.err).toBe(0);
    const sent = first.calls.map(({ body }) => body).join('\n');
    expect(ran.out + ran.err + sent).toContain(shows);
    const summary: unknown = JSON.parse(ran.err.trim().split('\n').at(-1) ?? '');
    expect(summary).toMatchObject({ client: name, failed: 0 });
    // The call of the tool, and the answer to what it printed.
    expect((summary as { requests: number }).requests).toBeGreaterThanOrEqual(2);
  });
});
