import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { DaemonHome, waitUntil } from './daemon-home.ts';

const SDK = pathToFileURL(join(import.meta.dirname, '..', '..', 'node_modules', 'openai', 'index.mjs')).href;
const KEY = 'of-the-provider-0123456789';

let home: DaemonHome;
let simulator: Simulator;
let project: string;

beforeEach(async () => {
  home = new DaemonHome();
  home.env = { TEST_KEY: KEY };
  simulator = createSimulator({ name: 'first', firstTokenMs: 0, tokensPerSecond: 0 });
  home.profile({ first: (await simulator.listen()).url });
  project = mkdtempSync(join(tmpdir(), 'gw-cassettes-'));
});
afterEach(async () => {
  await home.remove();
  await simulator.close();
  rmSync(project, { recursive: true, force: true });
});

function cassette(): string {
  return join(project, 'shop.cassette.jsonl');
}

/** A program of somebody who never heard of gw; what it says names a key that gw knows. */
function script(): string {
  const file = join(project, 'script.mjs');
  writeFileSync(
    file,
    `import OpenAI from '${SDK}';
const stream = await new OpenAI().chat.completions.create({
  model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: process.argv[2] + ' ${KEY}' }],
});
for await (const { choices } of stream) process.stdout.write(choices[0]?.delta?.content ?? '');
`,
  );
  return file;
}

describe('gw record and gw replay', () => {
  it('record what a command asks, and answer it without a daemon and without a network', async () => {
    await home.start();
    const words = [process.execPath, script(), 'Hello'];
    const recorded = await home.run(['record', cassette(), '--json', '--', ...words]);
    expect(recorded.exit).toBe(0);
    expect(JSON.parse(recorded.err)).toMatchObject({ file: cassette(), exchanges: 1, leftOut: [], exit: 0 });
    expect(readFileSync(cassette(), 'utf8')).not.toContain(KEY);
    expect((await home.run(['record', cassette(), '--', ...words])).exit).toBe(2);
    await home.run(['stop', '--now']);
    const asked = simulator.received;
    const replayed = await home.run(['replay', cassette(), '--strict', '--all', '--json', '--', ...words]);
    expect(replayed.out).toBe(recorded.out);
    expect(replayed.exit).toBe(0);
    expect(JSON.parse(replayed.err)).toMatchObject({ hits: 1, misses: 0, unused: [], exit: 0 });
    expect(simulator.received).toBe(asked);
  });

  it('fail a build where something was not recorded, or was not asked, but leave a command its own code', async () => {
    await home.start();
    const file = script();
    await home.run(['record', cassette(), '-q', '--', process.execPath, file, 'Hello']);
    const replay = (...words: string[]) => home.run(['replay', cassette(), '--speed', '0', ...words]);
    const missed = await replay('--strict', '--', process.execPath, file, 'Bye');
    expect(missed.exit).toBe(1);
    expect(missed.err).toContain('messages[0].content');
    expect(missed.err).toContain(`fix: gw record ${cassette()} --append -- `);
    const caught = "fetch(process.env.OPENAI_BASE_URL + '/chat/completions', { method: 'POST' })";
    expect((await replay('--strict', '--', process.execPath, '-e', caught)).exit).toBe(1);
    expect((await replay('--', process.execPath, '-e', caught)).exit).toBe(0);
    expect((await replay('--strict', '--', process.execPath, '-e', '0')).exit).toBe(0);
    expect((await replay('--strict', '--all', '--', process.execPath, '-e', '0')).exit).toBe(1);
    expect((await replay('--strict', '--all', '--', process.execPath, '-e', 'process.exit(7)')).exit).toBe(7);
  });

  it('add to a cassette what it did not have', async () => {
    await home.start();
    const words = ['--', process.execPath, script()];
    await home.run(['record', cassette(), '-q', ...words, 'One']);
    const passed = await home.run(['replay', cassette(), '--record-new', ...words, 'Two']);
    expect(passed.exit).toBe(0);
    const again = await home.run(['replay', cassette(), '--strict', ...words, 'Two']);
    expect({ exit: again.exit, out: again.out }).toEqual({ exit: 0, out: passed.out });
  });

  it('keep a cassette that is to be overwritten until there is something in its place [promise:cassette-kept]', async () => {
    await home.start();
    const words = ['--', process.execPath, script()];
    await home.run(['record', cassette(), '-q', ...words, 'One']);
    const before = readFileSync(cassette(), 'utf8');
    const again = ['record', cassette(), '--overwrite', '--'];
    expect((await home.run([...again, 'no-such-program'])).exit).toBe(127);
    const nothing = await home.run([...again, process.execPath, '-e', '0']);
    expect(nothing.err).toContain('OPENAI_BASE_URL');
    expect(nothing.err).toContain(`Nothing was recorded, so ${cassette()} is as it was.`);
    expect(readFileSync(cassette(), 'utf8')).toBe(before);
    await home.run([...again, ...words.slice(1), 'Two']);
    expect(readFileSync(cassette(), 'utf8').split('\n')).toHaveLength(3);
    expect(readFileSync(cassette(), 'utf8')).toContain('Two');
  });

  it('record no route that is not there, and no cassette of the name stop', async () => {
    await home.start();
    const never = await home.run([
      'record',
      cassette(),
      '--route',
      'mian',
      '--',
      process.execPath,
      '-e',
      '0',
    ]);
    expect(never).toMatchObject({ exit: 2, err: expect.stringContaining('--route main') });
    expect(existsSync(cassette())).toBe(false);
    const named = await home.run(['record', 'stop', '--', process.execPath, '-e', '0']);
    expect(named).toMatchObject({ exit: 2, err: expect.stringContaining('gw record NAME -- ') });
  });

  it('write over nothing that is no cassette [promise:cassette-kept]', async () => {
    await home.start();
    const file = join(project, 'figures.jsonl');
    writeFileSync(file, '{"precious":1}\n');
    const ran = await home.run(['record', file, '--overwrite', '--', process.execPath, '-e', '0']);
    expect(ran).toMatchObject({ exit: 2, err: expect.stringContaining('it is no cassette') });
    expect(readFileSync(file, 'utf8')).toBe('{"precious":1}\n');
  });

  it('record everything until they are told to stop, and serve until they are interrupted', async () => {
    const { address } = await home.start();
    const recording = home.spawn(['record', cassette(), '--json']);
    const ended = once(recording, 'exit');
    await waitUntil(() => existsSync(cassette()));
    const ask = (origin: string) =>
      fetch(`${origin}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"model":"m","messages":[{"role":"user","content":"Hi"}]}',
      });
    // The file is there a moment before the daemon records.
    await waitUntil(async () => {
      await (await ask(address)).text();
      return readFileSync(cassette(), 'utf8').split('\n').length > 2;
    });
    expect((await home.run(['record', 'stop', 'another', '--json'])).out).toContain('"stopped": []');
    const stopped = await home.run(['record', 'stop', cassette(), '--json']);
    expect(JSON.parse(stopped.out)).toEqual({ stopped: [cassette()] });
    expect(await ended).toEqual([0, null]);

    const serving = home.spawn(['replay', cassette(), '--json', '--speed', '0']);
    let out = '';
    serving.stdout?.on('data', (chunk) => (out += String(chunk)));
    await waitUntil(() => out.includes('\n'));
    const { address: origin } = JSON.parse(out);
    expect((await ask(origin)).status).toBe(200);
    const closed = once(serving, 'close');
    serving.kill('SIGINT');
    expect(await closed).toEqual([0, null]);
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'ended',
      hits: 1,
      misses: 0,
    });
  });

  it('say what is wrong with a file, and take every other word for the id of a request', async () => {
    writeFileSync(cassette(), '{"gw-cassette":1}\n{"format":"telex"}\n');
    const bad = await home.run(['replay', cassette()]);
    expect(bad.exit).toBe(1);
    expect(bad.err).toContain('line 2: format must be');
    expect((await home.run(['replay', 'nosuch'])).err).toContain('there is no request "nosuch"');
    expect((await home.run(['record', 'x', '--', 'true'])).exit).toBe(3);
  });
});
