import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { ask, type DaemonHome, type GatedUpstream, openGated, PROGRAM } from './daemon-home.ts';

const KEY = 'sk-test-9w20c7f3kq9zx81mm';

let home: DaemonHome;
let upstream: GatedUpstream;

beforeEach(async () => {
  ({ home, upstream } = await openGated());
});

afterEach(async () => {
  await home.remove();
  await upstream.close();
});

/** Runs the program with something piped in. */
async function piped(words: readonly string[], text: string): Promise<{ exit: number; all: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    env: { PATH: '', HOME: home.folder, GW_HOME: home.folder, ...home.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let all = '';
  child.stdout.on('data', (chunk) => (all += String(chunk)));
  child.stderr.on('data', (chunk) => (all += String(chunk)));
  child.stdin.end(text);
  const [exit] = (await once(child, 'close')) as [number];
  return { exit, all };
}

async function authorizationOf(address: string, index: number): Promise<string | undefined> {
  const asked = ask(address);
  const { request, response } = await upstream.request(index);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    }),
  );
  await asked;
  return request.headers.authorization;
}

it('a key that is set is used by the running daemon at once, listed without being shown, and gone when removed [promise:keys-unseen]', async () => {
  const { address } = await home.start();
  expect(await authorizationOf(address, 0)).toBe(`Bearer ${home.env['TEST_KEY']}`);
  const set = await piped(['key', 'set', 'first', '--file', '--only'], `${KEY}\n`);
  expect(set).toMatchObject({ exit: 0 });
  expect(await authorizationOf(address, 1)).toBe(`Bearer ${KEY}`);
  const file = join(home.folder, 'keys', 'first');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const listed = await home.run(['key', 'list', '--json']);
  expect(JSON.parse(listed.out)).toMatchObject({
    keys: [{ provider: 'first', key: `file:${file}`, last4: '81mm', here: true, daemon: true, state: 'ok' }],
  });
  const removed = await piped(['key', 'remove', 'first', '--yes'], '');
  expect(removed).toMatchObject({ exit: 0 });
  expect(() => readFileSync(file)).toThrow('ENOENT');
  expect(await authorizationOf(address, 2)).toBeUndefined();
  expect(set.all + listed.out + listed.err + removed.all).not.toContain(KEY);
  expect(readFileSync(home.paths.log, 'utf8')).not.toContain(KEY);
});
