import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { command as set } from '../../../src/cli/commands/config/set.ts';
import { notifyDaemon } from '../../../src/cli/notify.ts';
import { findPaths } from '../../../src/core/paths.ts';
import { LineSplitter } from '../../../src/lib/lines.ts';
import { testContext } from '../../cli-context.ts';
import { run } from './run-command.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function newHome(document?: unknown): string {
  const home = mkdtempSync(join(tmpdir(), 'gw-n-'));
  if (document !== undefined)
    writeFileSync(join(home, 'config.json'), JSON.stringify(document), { mode: 0o600 });
  return home;
}

/** Something that speaks the control protocol as a daemon does, and remembers what it was told. */
async function daemonAt(home: string, answer: object): Promise<unknown[]> {
  const socket = findPaths({ GW_HOME: home }).socket;
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  const told: unknown[] = [];
  const server = createServer((connection) => {
    const lines = new LineSplitter(1_000_000);
    connection.on('error', () => undefined);
    connection.on('data', (chunk) => {
      for (const line of lines.push(chunk)) {
        const { id, method, params } = JSON.parse(line) as {
          id: number;
          method: string;
          params: unknown;
        };
        told.push({ method, params });
        connection.write(`${JSON.stringify({ id, ...answer })}\n`);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return told;
}

const PROFILE = {
  listen: { token: { env: 'GW_TOKEN' } },
  profiles: {
    default: { providers: { openai: { preset: 'openai' } } },
    work: { providers: { groq: { preset: 'groq' } } },
  },
};
const RELOADED = { result: { profile: 'default', problems: [], unresolvedKeys: [] } };

describe('a change of the profile', () => {
  it('is silent when no daemon runs', async () => {
    const context = testContext({ home: newHome(PROFILE) });
    await notifyDaemon(context);
    expect(context.out + context.err).toBe('');
  });

  it('is told to a running daemon, with the values of the variables it refers to and no others', async () => {
    const home = newHome(PROFILE);
    const told = await daemonAt(home, RELOADED);
    const env = { OPENAI_API_KEY: 'a', GROQ_API_KEY: 'b', GW_TOKEN: 'c', AWS_SECRET_ACCESS_KEY: 'd' };
    const context = testContext({ home, env });
    await run(set, context, ['log.level', 'debug']);
    expect(told).toEqual([
      { method: 'reload', params: { env: { OPENAI_API_KEY: 'a', GROQ_API_KEY: 'b', GW_TOKEN: 'c' } } },
    ]);
    expect(context.err).toContain('reloaded');
    expect(context.out).toBe('');
  });

  it('hands over what an unwritten profile would use', async () => {
    const home = newHome();
    const told = await daemonAt(home, RELOADED);
    await notifyDaemon(testContext({ home, env: { MISTRAL_API_KEY: 'm' } }));
    expect(told).toEqual([{ method: 'reload', params: { env: { MISTRAL_API_KEY: 'm' } } }]);
  });

  it('prints what the daemon found wrong, and keys that are missing', async () => {
    const home = newHome(PROFILE);
    await daemonAt(home, {
      result: { profile: 'default', problems: ['bad\u001b[31m'], unresolvedKeys: ['env:X'] },
    });
    const context = testContext({ home });
    await notifyDaemon(context);
    expect(context.err).toContain('keeps serving the old profile');
    expect(context.err).toContain('bad·[31m');
    expect(context.err).toContain('env:X');
  });

  it('is not undone by a daemon that declines', async () => {
    const home = newHome(PROFILE);
    await daemonAt(home, { error: { message: 'busy', fix: 'wait' } });
    const context = testContext({ home });
    await notifyDaemon(context);
    expect(context.err).toContain('busy');
    expect(context.err).toContain('fix: wait');
  });
});
