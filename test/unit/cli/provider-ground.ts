import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach } from 'vitest';

import { type Command, Input } from '../../../src/cli/command.ts';
import { CommandError } from '../../../src/cli/error.ts';
import { type TestContext, testContext } from '../../cli-context.ts';

/** One request that a scripted server saw. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface ScriptedServer {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly origin: string;
  readonly seen: Seen[];
}

type Script = (seen: Seen, response: ServerResponse) => void;

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A directory of its own, gone after the test. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'gw-cli-'));
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** A real server on a free port that answers by script, gone after the test. */
export async function serve(script: Script): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(request);
    const { method = '', url = '', headers } = request;
    const call = { method, path: url, authorization: headers.authorization, body };
    seen.push(call);
    script(call, response);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Answers with JSON. */
export function reply(response: ServerResponse, status: number, value: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** A server with these models, which wants this key when one is given. */
export async function serveModels(models: readonly string[], key?: string): Promise<ScriptedServer> {
  return serve((seen, response) => {
    if (key !== undefined && seen.authorization !== `Bearer ${key}`) {
      return reply(response, 401, {
        error: { message: `Incorrect API key provided: ${seen.authorization}` },
      });
    }
    if (seen.path === '/v1/models') return reply(response, 200, { data: models.map((id) => ({ id })) });
    if (seen.path === '/v1/chat/completions')
      return reply(response, 200, {
        choices: [{ message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
      });
    return reply(response, 404, { error: { message: 'no such path' } });
  });
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What came of a command: its context with all that was written, and its exit code or error. */
export interface Ran extends TestContext {
  readonly exit: number;
  readonly error: CommandError | undefined;
  /** Everything a person would see. */
  readonly all: string;
}

type ContextOptions = Partial<Parameters<typeof testContext>[0]>;

/** Runs commands one after the other in one home. */
export function terminal(home = temporaryHome(), settled: ContextOptions = {}) {
  const run = async (
    command: Command,
    words: readonly (string | readonly string[])[],
    options: Readonly<Record<string, unknown>> = {},
    more: ContextOptions = {},
  ): Promise<Ran> => {
    // An empty PATH: no test reaches the keychain of whoever runs it.
    const env = { PATH: '', ...settled.env, ...more.env };
    const context = testContext({ home, ...settled, ...more, env });
    let error: CommandError | undefined;
    let exit = 0;
    try {
      exit = (await command.run(context, new Input(words, { test: true, ...options }))) ?? 0;
    } catch (thrown) {
      if (!(thrown instanceof CommandError)) throw thrown;
      error = thrown;
      exit = thrown.exit;
    }
    const said = error ? `${error.message}\n${error.why ?? ''}\n${error.fix ?? ''}` : '';
    return Object.assign(Object.create(context) as TestContext, {
      exit,
      error,
      all: `${context.out}${context.err}${said}`,
    });
  };
  return { home, run, file: () => readFileSync(join(home, 'config.json'), 'utf8') };
}

/** The active profile as the file has it. */
export function profileIn(file: string): {
  providers: Record<string, unknown>;
  routes: Record<string, unknown>;
} {
  const document = JSON.parse(file) as { profiles: { default: ReturnType<typeof profileIn> } };
  return document.profiles.default;
}

async function readAll(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
