import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { field, numberField, parseJson, stringField } from '../../src/lib/expect.ts';

/** A Chrome or Chromium to test in; without one such tests are skipped. */
export const BROWSER = process.env['GW_TEST_BROWSER'];

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-zygote', '--remote-debugging-port=0'];

/** One page of a real browser, driven over its own debugging protocol: no library is needed for so little. */
export class BrowserPage {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (result: unknown) => void>();
  #lastId = 0;
  /** What the page itself complained about: errors of its script, violated policies. */
  readonly complaints: string[] = [];

  private constructor(process: ChildProcess, folder: string, socket: WebSocket) {
    this.#process = process;
    this.#folder = folder;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#heard(parseJson(String(data))));
  }

  static async open(url: string): Promise<BrowserPage> {
    const folder = mkdtempSync(join(tmpdir(), 'gw-browser-'));
    const browser = spawn(BROWSER ?? '', [...FLAGS, `--user-data-dir=${folder}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const port = await debuggingPort(browser);
    const made = await fetch(`http://127.0.0.1:${port}/json/new?about:blank`, { method: 'PUT' });
    const socket = new WebSocket(stringField(await made.json(), 'webSocketDebuggerUrl') ?? '');
    await once(socket, 'open');
    const page = new BrowserPage(browser, folder, socket);
    for (const domain of ['Runtime', 'Log', 'Page']) await page.#call(`${domain}.enable`, {});
    await page.#call('Page.navigate', { url });
    return page;
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#call('Runtime.evaluate', { expression, returnByValue: true });
    return field(field(answer, 'result'), 'value');
  }

  async resize(width: number, height: number): Promise<void> {
    const size = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.#call('Emulation.setDeviceMetricsOverride', size);
  }

  async close(): Promise<void> {
    this.#socket.close();
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #call(method: string, params: object): Promise<unknown> {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  #heard(message: unknown): void {
    this.#answers.get(numberField(message, 'id') ?? 0)?.(field(message, 'result'));
    const method = stringField(message, 'method');
    const params = field(message, 'params');
    if (method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(params));
    if (method === 'Log.entryAdded') this.complaints.push(stringField(field(params, 'entry'), 'text') ?? '');
  }
}

async function debuggingPort({ stderr }: ChildProcess): Promise<number> {
  let said = '';
  for await (const chunk of stderr ?? []) {
    said += String(chunk);
    const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    // The rest is of no interest, and a pipe nobody reads would hold the browser up.
    if (port !== undefined) return Number(port);
  }
  throw new Error(`the browser did not start: ${said}`);
}
