import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { command } from '../../../src/cli/commands/report.ts';
import { redact } from '../../../src/cli/report/redact.ts';
import { failedAttempt, failoverTrail, GROQ, NIGHT, sampleTrail } from '../../sample-trail.ts';
import { recordedHome, runAt } from './recorded-home.ts';

const MINUTE_MS = 60_000;
const KEY = 'sk-proj-abcdefghijklmnop1234';

const old = sampleTrail({ at: NIGHT - 60 * MINUTE_MS, asked: 'long-ago' });
const fine = sampleTrail({ at: NIGHT - 3 * MINUTE_MS, client: { name: 'aider', session: 'my-session' } });
const rescued = failoverTrail({ at: NIGHT - 2 * MINUTE_MS });
const leaky = sampleTrail({
  at: NIGHT - MINUTE_MS,
  attempts: [
    failedAttempt({
      target: GROQ,
      message: `Incorrect key ${KEY} of ada@example.org in organization org-AbCdEf123 | see \u001B[31mdocs`,
      requestId: 'req_groq_77',
    }),
  ],
  outcome: 'failed',
  status: 401,
  served: undefined as never,
});

let home: string;
beforeAll(async () => {
  home = await recordedHome([old, fine, rescued, leaky]);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = (options: Record<string, unknown> = {}, more = {}) =>
  runAt(NIGHT, command, home, [], options, more);

describe('gw report', () => {
  test('tells of the last ten minutes: how it went, the incidents, each failed attempt with its ids', async () => {
    const { out } = await run();
    expect(out).toContain('3 requests: 2 served (1 by another target than the first), 1 failed');
    expect(out).toMatch(/## Incidents\n\n\| from .*\n.*\n\| 2026-\S+ \S+ UTC \| .* \| overloaded \|/);
    expect(out).toContain('## Requests with a failed attempt (2)');
    expect(out).toContain('`req_groq_77`');
    expect(out).toContain(leaky.id);
    expect(out).not.toContain('long-ago');
  });

  test('has no key, no account, no address, no session and no escape sequence in it', async () => {
    for (const json of [false, true]) {
      const { out } = await run({}, { json });
      for (const secret of [KEY, 'ada@example.org', 'org-AbCdEf123', 'my-session', '\u001B']) {
        expect(out, secret).not.toContain(secret);
      }
      expect(out).toContain('[secret]');
    }
  });

  test('for one provider says nothing of the others, nor of the callers', async () => {
    for (const json of [false, true]) {
      const { out } = await run({ provider: 'groq' }, { json });
      expect(out).toContain('req_groq_77');
      expect(out).not.toMatch(/openai\/|"provider": "openai"/);
      expect(out).not.toContain(leaky.client.name);
    }
  });

  test('is JSON with --json', async () => {
    const { out } = await run({}, { json: true });
    expect(JSON.parse(out)).toMatchObject({ counts: { requests: 3, failed: 1 }, troubledInAll: 2 });
  });

  test('writes a file that only its owner reads, and never over another', async () => {
    const path = join(home, 'incident.md');
    await run({ out: path });
    expect(readFileSync(path, 'utf8')).toContain('# gw report');
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, 'mine');
    await expect(run({ out: path })).rejects.toMatchObject({ why: 'there is a file of that name already' });
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  test('says so when nothing happened, and needs no record for that', async () => {
    const { out } = await runAt(NIGHT, command, join(home, 'empty'), []);
    expect(out).toContain('0 requests: 0 served');
    expect(out).toContain('## Incidents\n\nNone.');
    expect(existsSync(join(home, 'empty', 'state'))).toBe(false);
  });
});

describe('redacting', () => {
  test.each([
    ['authorization: Bearer abcdef123456', 'authorization: Bearer [secret]'],
    ['api_key=abcd1234&x=1', 'api_key=[secret]&x=1'],
    ['{"token": "abcd1234"}', '{"token": "[secret]"}'],
    ['https://me:pass@host/x', 'https://[secret]@host/x'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln', '[token]'],
    ['AKIAIOSFODNN7EXAMPLE', '[secret]'],
    ['/home/ada/.config/gw', '~/.config/gw'],
    ['tokens per min: Limit 30000', 'tokens per min: Limit 30000'],
    ['risk-free', 'risk-free'],
  ])('makes %j into %j', (text, expected) => {
    expect(redact(text, '/home/ada')).toBe(expected);
  });

  test('finds a key wherever it stands', () => {
    const around = fc.string().filter((text) => !/[\w-]$/.test(text));
    fc.assert(
      fc.property(around, fc.string(), (before, after) => {
        expect(redact(`${before}${KEY} ${after}`, undefined)).not.toContain(KEY);
      }),
    );
  });
});
