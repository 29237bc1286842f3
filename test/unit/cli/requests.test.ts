import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Input } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/commands/requests.ts';
import { CommandError, EXIT } from '../../../src/cli/error.ts';
import { serveControl } from '../../../src/control/index.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { openRecorder } from '../../../src/store/index.ts';
import { testContext } from '../../cli-context.ts';
import { failedAttempt, failoverTrail, NIGHT, sampleTrail } from '../../sample-trail.ts';
import { declining } from './answering-daemon.ts';
import { recordedHome, recordInto, runAt } from './recorded-home.ts';

const MINUTE_MS = 60_000;
const NOW = NIGHT + 10 * MINUTE_MS;

const plain = sampleTrail({ at: NIGHT });
const rescued = failoverTrail({ at: NIGHT + 3 * MINUTE_MS, usage: { input: 12_345, output: 840 } });
const failed = sampleTrail({
  at: NIGHT + 8 * MINUTE_MS,
  asked: 'gpt-4o-mini\u001B]0;evil\u0007',
  attempts: [failedAttempt()],
  outcome: 'failed',
  status: 503,
  served: undefined as never,
  usage: undefined as never,
});
const all = [plain, rescued, failed];

let home: string;
beforeAll(async () => {
  home = await recordedHome(all);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = (options: Record<string, unknown> = {}, more = {}) =>
  runAt(NOW, command, home, [], options, more);
const idsIn = (out: string): string[] =>
  out.split('\n').flatMap((line) => /^\d\d:\d\d:\d\d  (\w{7})/.exec(line)?.[1] ?? []);
const shortIds = (trails: readonly Trail[]): string[] => trails.map(({ id }) => id.slice(-7));

describe('gw requests', () => {
  test('prints a table that fits 80 columns, newest last', async () => {
    const { out } = await run();
    expect(idsIn(out)).toEqual(shortIds(all));
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const [titles, first, second, third] = out.split('\n');
    expect(titles).toMatch(/^TIME +ID +ASKED → SERVED BY +STATUS +TOTAL +FIRST +IN\/OUT$/);
    expect(first).toMatch(/openai\/gpt-4o +served +1\.24s +410ms +120\/80$/);
    expect(second).toMatch(/gpt-4o → groq\/llama-3…  served ↻2 +1\.24s +410ms +12k\/840$/);
    expect(third).toMatch(/gpt-4o-mini.* failed 503 .* –$/);
  });

  test.each([60, 50])('leaves out its last columns in %i, and wraps no line', async (columns) => {
    const { out } = await run({}, { columns });
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    expect(idsIn(out)).toEqual(shortIds(all));
    expect(out).toContain('failed 503');
    expect(out).not.toContain('IN/OUT');
  });

  test('lets no control character of a caller through', async () => {
    const { out } = await run();
    expect(out).not.toContain('\u001B');
    expect(out).not.toContain('\u0007');
  });

  test.each([
    [{ limit: '1' }, [failed]],
    [{ filter: 'is:failover' }, [rescued]],
    [{ filter: '!is:failover' }, [plain, failed]],
    [{ filter: 'status:5xx', since: '5m' }, [failed]],
    [{ filter: 'gpt-4o', limit: '2' }, [rescued, failed]],
    [{ since: '9m' }, [rescued, failed]],
    [{ since: new Date(NIGHT + MINUTE_MS).toISOString() }, [rescued, failed]],
    [{ status: '5xx' }, [failed]],
    [{ status: '200' }, [plain, rescued]],
    [{ outcome: 'served' }, [plain, rescued]],
    [{ failed: true }, [failed]],
    [{ failover: true }, [rescued]],
    [{ provider: 'groq' }, [rescued]],
    [{ model: 'llama*' }, [rescued]],
    [{ route: 'main', failover: true }, [rescued]],
  ])('with %o shows only those', async (options, expected) => {
    expect(idsIn((await run(options)).out)).toEqual(shortIds(expected));
  });

  test('with --json prints each exchange whole, one per line', async () => {
    const { out } = await run({}, { json: true });
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(all.map((trail) => JSON.parse(JSON.stringify(trail)) as unknown));
  });

  test('uses plain characters where the locale is not UTF-8', async () => {
    const { out } = await run({}, { env: { LC_ALL: 'C' } });
    expect(out).toMatch(/^[\n -~]+$/);
  });

  test.each([
    [{ since: 'yesterday' }, '"yesterday" is no time'],
    [{ status: '9xx' }, '"9xx" is no status'],
    [{ outcome: 'fialed' }, '"fialed" is no outcome'],
    [{ limit: '0' }, '"0" is no number of rows'],
    [{ filter: 'statsu:5xx' }, 'there is no field "statsu"'],
  ])('refuses %o as a usage error', async (options, message) => {
    const attempt = run(options);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toMatchObject({ exit: EXIT.usage });
    await expect(attempt).rejects.toBeInstanceOf(CommandError);
  });

  test('says when nothing matches, and keeps stdout empty', async () => {
    const { out, err } = await run({ client: 'nobody' });
    expect(out).toBe('');
    expect(err).toContain('No requests match.');
  });

  test('says that a provider or route it looked for is in no profile, and which one may be meant', async () => {
    const known = await recordedHome([plain]);
    const entry = { url: 'http://127.0.0.1:9/v1', format: 'openai-chat' };
    const profile = { providers: { groq: entry }, routes: { main: { match: ['*'], targets: ['groq'] } } };
    const { paths } = testContext({ home: known });
    mkdirSync(dirname(paths.config), { recursive: true });
    writeFileSync(paths.config, JSON.stringify({ active: 'default', profiles: { default: profile } }), {
      mode: 0o600,
    });
    const ask = async (options: Record<string, string>) =>
      (await runAt(NOW, command, known, [], options)).err;
    expect(await ask({ provider: 'grop' })).toContain(
      'There is no provider grop in the profile file. Did you mean groq?',
    );
    expect(await ask({ route: 'mian' })).toContain(
      'There is no route mian in the profile file. Did you mean main?',
    );
    expect(await ask({ route: 'else' })).toMatch(/There is no route else in the profile file\.$/m);
    expect(await ask({ provider: 'groq', route: 'main' })).not.toContain('There is no');
    rmSync(known, { recursive: true, force: true });
  });

  test('is no error before anything was recorded', async () => {
    const empty = await recordedHome([]);
    const { out, err } = await runAt(NOW, command, empty, []);
    expect(out).toBe('');
    expect(err).toContain('gw start');
    rmSync(empty, { recursive: true, force: true });
  });

  test('has the daemon write what it holds first', async () => {
    const holding = await recordedHome([]);
    const { paths } = testContext({ home: holding });
    const recorder = openRecorder({
      path: paths.database,
      settings: { maxAgeDays: 36_500, maxBytes: 1e8 },
      log: { write: () => {} },
    });
    const server = await serveControl({
      path: paths.socket,
      subscribe: () => () => {},
      handlers: {
        ...declining,
        async flush() {
          recorder.record(plain);
          await recorder.flush();
          return { dropped: 0 };
        },
      },
    });
    expect(idsIn((await runAt(NOW, command, holding, [])).out)).toEqual(shortIds([plain]));
    await server.close();
    await recorder.close();
    rmSync(holding, { recursive: true, force: true });
  });

  test('with --follow prints what is written later, also what began earlier, until its output is closed', async () => {
    const growing = await recordedHome([rescued]);
    const context = testContext({ home: growing });
    const following = Promise.resolve(command.run(context, new Input([], { follow: true, limit: '1' })));
    await expect.poll(() => idsIn(context.out)).toEqual(shortIds([rescued]));
    await recordInto(growing, [failed, plain]);
    await expect.poll(() => idsIn(context.out)).toEqual(shortIds([rescued, failed, plain]));
    expect(context.out.match(/TIME/g)?.length).toBe(1);
    context.stdout.destroy();
    await following;
    rmSync(growing, { recursive: true, force: true });
  });
});
