import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connectControl, type MethodName, type Methods, type Status } from '../../src/control/index.ts';
import { findPaths, type Paths } from '../../src/core/paths.ts';
import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { askDaemon, killDaemon } from '../ask-daemon.ts';
import { clearUpAfterwards } from './left-behind.ts';

/** The program under test; another build or an installed one can be named instead. */
export const PROGRAM =
  process.env['GW_TEST_PROGRAM'] ?? join(import.meta.dirname, '..', '..', 'bin', 'gw.js');

/** What the variable holds that profiles of these tests refer to. */
export const KEY = 'sk-test-7f3kq9zx81mmw20c';

/** What one run of the program did. */
export interface Ran {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

/** A home of its own for one test, and the program run in it. */
export class DaemonHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'gw-e2e-'));
  readonly paths: Paths = findPaths({ GW_HOME: this.folder });
  readonly #children: ChildProcess[] = [];
  readonly #simulators: Simulator[] = [];
  readonly #cleared = clearUpAfterwards(this.folder);
  env: Record<string, string> = {};

  /** Writes the profile file: providers by name → base address, and one route over them in this order. */
  profile(providers: Readonly<Record<string, string>>, more: object = {}): void {
    mkdirSync(this.folder, { recursive: true });
    const entries = Object.entries(providers).map(([name, url]) => [
      name,
      { url, format: 'openai-chat', keys: [{ env: 'TEST_KEY' }] },
    ]);
    const route = { match: ['*'], targets: Object.keys(providers).map((name) => `${name}/m`) };
    const profile = { providers: Object.fromEntries(entries), routes: { main: route } };
    const text = JSON.stringify({ listen: { port: 0 }, profiles: { default: profile }, ...more });
    writeFileSync(this.paths.config, text, { mode: 0o600 });
  }

  /** Starts the program without waiting for it. */
  spawn(words: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      env: { PATH: process.env['PATH'] ?? '', HOME: this.folder, GW_HOME: this.folder, ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return child;
  }

  /** Runs the program to its end. */
  async run(words: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
    const child = this.spawn(words, env);
    let out = '';
    let err = '';
    child.stdout?.on('data', (chunk) => (out += String(chunk)));
    child.stderr?.on('data', (chunk) => (err += String(chunk)));
    const [exit] = await once(child, 'close');
    return { exit, out, err };
  }

  /** Starts a daemon and answers with its status. */
  async start(...words: string[]): Promise<Status> {
    const ran = await this.run(['start', ...words]);
    if (ran.exit !== 0) throw new Error(`gw start failed: ${ran.err}${this.log()}`);
    return this.status();
  }

  /** A simulated provider that ends with this home. */
  async simulate(name: string): Promise<{ readonly simulator: Simulator; readonly url: string }> {
    const simulator = createSimulator({ name });
    this.#simulators.push(simulator);
    return { simulator, url: (await simulator.listen()).url };
  }

  /** Starts a daemon before simulated providers of these names, which stand in for each other in this order. */
  async startBefore(...names: readonly string[]): Promise<Simulator[]> {
    const providers = await Promise.all(names.map((name) => this.simulate(name)));
    this.profile(Object.fromEntries(providers.map(({ url }, index) => [names[index], url])));
    const { exit, err } = await this.run(['start'], { TEST_KEY: KEY });
    if (exit !== 0) throw new Error(`gw start failed: ${err}${this.log()}`);
    return providers.map(({ simulator }) => simulator);
  }

  status(): Promise<Status> {
    return this.call('status', {});
  }

  /** Asks the daemon itself, over its socket. */
  call<M extends MethodName>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    return askDaemon(this.paths.socket, method, params);
  }

  log(): string {
    return existsSync(this.paths.log) ? readFileSync(this.paths.log, 'utf8') : '';
  }

  /** What is kept over a restart, as text. */
  health(): string {
    return existsSync(this.paths.health) ? readFileSync(this.paths.health, 'utf8') : '';
  }

  /** `kill -9` for the daemon that answers here, if one does; returns when the system has taken its socket back. */
  async kill(): Promise<void> {
    await killDaemon(this.paths.socket);
    await waitUntil(async () => (await connectControl(this.paths.socket)).is === 'failed');
  }

  /** Ends whatever the test left running, and removes the home. */
  async remove(): Promise<void> {
    await Promise.all(this.#children.map(end));
    await this.kill();
    await Promise.all(this.#simulators.map((simulator) => simulator.close()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    this.#cleared();
  }
}

/** Ends a process that the test left running; what it was writing is written then. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** An upstream whose answers wait until the test lets them go. */
export class GatedUpstream {
  readonly requests: {
    readonly request: IncomingMessage;
    readonly body: string;
    readonly response: ServerResponse;
  }[] = [];
  readonly #server: Server;
  url = '';

  constructor() {
    this.#server = createServer((request, response) => {
      // The daemon asks for this by itself; tests are about what callers ask for.
      if (request.url === '/v1/models') {
        response.end('{"object":"list","data":[]}');
        return;
      }
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => this.requests.push({ request, body, response }));
      response.on('error', () => {});
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}/v1`;
    return this;
  }

  /** The n-th request, once it arrived. */
  async request(index: number): Promise<(typeof this.requests)[number]> {
    await waitUntil(() => this.requests.length > index);
    const found = this.requests[index];
    if (!found) throw new Error('no such request');
    return found;
  }

  /** Begins a streamed answer. */
  async beginStream(index: number): Promise<void> {
    const { response } = await this.request(index);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(chunkOf({ role: 'assistant', content: 'Hello' }, null))}\n\n`);
  }

  /** Ends a streamed answer as OpenAI does. */
  async endStream(index: number): Promise<void> {
    const { response } = await this.request(index);
    response.write(`data: ${JSON.stringify(chunkOf({ content: ' world' }, null))}\n\n`);
    response.write(`data: ${JSON.stringify(chunkOf({}, 'stop'))}\n\n`);
    response.end('data: [DONE]\n\n');
  }

  /** Answers with a whole completion. */
  async answer(index: number, content = 'Hello'): Promise<void> {
    const { response } = await this.request(index);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A home whose only provider waits for the test. */
export async function openGated(): Promise<{ readonly home: DaemonHome; readonly upstream: GatedUpstream }> {
  const home = new DaemonHome();
  home.env = { TEST_KEY: KEY };
  const upstream = await new GatedUpstream().listen();
  home.profile({ first: upstream.url });
  return { home, upstream };
}

function chunkOf(delta: object, finish: string | null): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

/** Sends a chat request to the proxy. */
export function ask(
  address: string,
  more: object = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${address}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer anything', ...headers },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more }),
  });
}

/** Waits for something outside this process, and fails when it does not come. */
export async function waitUntil(isSo: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${String(isSo)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
