import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

const START_LIMIT_MS = 30_000;
const END_LIMIT_MS = 10_000;

/** A program of the bench: speaks JSON lines on stdin and stdout, and is ended by its own handle. */
export class Child {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string> | undefined;
  readonly #reader: Interface | undefined;
  readonly #ended: Promise<void>;
  #stderr = '';

  constructor(program: string, parameters: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#process = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.pid = this.#process.pid ?? 0;
    this.#ended = new Promise((resolve) => this.#process.once('close', () => resolve()));
    // A program that could not be started says so through 'error'; its absence shows in `failed` and timeouts.
    this.#process.on('error', (error) => (this.#stderr += error.message));
    this.#process.stdin?.on('error', () => {});
    this.#process.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(-2000);
    });
    if (this.#process.stdout) {
      this.#reader = createInterface({ input: this.#process.stdout });
      this.#lines = this.#reader[Symbol.asyncIterator]();
    }
  }

  /** True while the program runs. */
  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null && this.pid !== 0;
  }

  /** The end of what it wrote to stderr. */
  get complaint(): string {
    return this.#stderr.trim();
  }

  send(message: unknown): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** The next line it prints, as JSON. */
  async next<T>(limitMs = START_LIMIT_MS): Promise<T> {
    const line = await within(limitMs, this.#lines?.next());
    if (!line || line.done) throw new Error(`a program of the bench said nothing: ${this.complaint}`);
    return JSON.parse(line.value) as T;
  }

  /** Asks it to end, and insists after ten seconds. */
  async end(): Promise<void> {
    if (!this.running) return;
    this.#process.kill('SIGTERM');
    if (
      await within(
        END_LIMIT_MS,
        this.#ended.then(() => true),
      )
    )
      return;
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}

async function within<T>(ms: number, promise: Promise<T> | undefined): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
