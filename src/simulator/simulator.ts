import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { type Clock, systemClock } from '../lib/clock.ts';
import { globToRegExp } from '../lib/glob.ts';
import { AnswerCache, cacheKey } from './answer-cache.ts';
import { type Asked, type ChatRules, type Identity, keyOf, readAsked } from './asked.ts';
import { CallLog, type SimulatorCall } from './call-log.ts';
import type { Dialect } from './dialect.ts';
import { type Addressed, addressee, answer } from './dialects.ts';
import { FaultChooser } from './fault-chooser.ts';
import type { FaultPart } from './fault-row.ts';
import { KeptAnswers } from './kept-answers.ts';
import { type Performance, perform, prepare } from './player.ts';
import { PLAIN_RECIPE, type Recipe } from './recipe.ts';
import { type Script, jsonScript } from './script.ts';
import { object } from './trouble.ts';

const KEPT_CALLS = 10_000;
const KEPT_BODY_BYTES = 64 * 1024;
const DEFAULT_MODELS = [
  'sim-large',
  'sim-small',
  'sim-embedding',
  'sim-image',
  'sim-speech',
  'sim-transcribe',
];
// As long as a provider's load balancer keeps idle connections; Node's own 5 s would look like a fault.
const KEEP_ALIVE_MS = 75_000;
/** How a simulated provider behaves when nothing special is asked of it. */
export interface SimulatorOptions {
  /** Same seed, same question: same answer, byte for byte. */
  readonly seed?: number;
  /** Signs answers (`system_fingerprint`, `x-sim-name`), so that one can see who served. */
  readonly name?: string;
  readonly firstTokenMs?: number;
  /** Time to first token by model (a glob): the first that matches counts. */
  readonly modelLatency?: readonly { readonly model: string; readonly firstTokenMs: number }[];
  /** All at once when absent or 0. */
  readonly tokensPerSecond?: number;
  /** Keys it accepts; any key or none when absent. */
  readonly keys?: readonly string[];
  /** The only models it has; any model when absent. */
  readonly models?: readonly string[];
  /** Chat requests are held to OpenAI's rules, or to another host's that is stricter. */
  readonly chatRules?: ChatRules;
  /** Whose key signs thoughts: simulators of one owner take each other's back. The name when absent. */
  readonly owner?: string;
  /** A fault for every request, as `setFault` takes it. */
  readonly fault?: string;
  /** How many calls are kept; 10,000 when absent. */
  readonly keepCalls?: number;
  readonly clock?: Clock;
  /** Told when a call's answer has ended or broken. */
  readonly onCallEnd?: (call: SimulatorCall) => void;
}

/** A provider that is not there: answers like one, fails like one on request, and remembers every call. */
export interface Simulator {
  /** Resolves when it accepts connections; rejects with the system's error (`EADDRINUSE`). */
  listen(port?: number, host?: string): Promise<Listening>;
  /** A fault for every request that brings none of its own; throws a RangeError for a text it does not know. */
  setFault(fault: string | undefined): void;
  readonly calls: readonly SimulatorCall[];
  /** Calls ever received, also those no longer kept. */
  readonly received: number;
  readonly openSockets: number;
  forgetCalls(): void;
  close(): Promise<void>;
}

/** Where a simulator answers. */
export interface Listening {
  /** Of the OpenAI API: what most clients want to know. */
  readonly url: string;
  /** Without a path; each format has its own below it. */
  readonly origin: string;
  readonly port: number;
}

export function createSimulator(options: SimulatorOptions = {}): Simulator {
  return new FakeProvider(options);
}

class FakeProvider implements Simulator {
  readonly #options: SimulatorOptions;
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #log: CallLog;
  readonly #chooser: FaultChooser;
  readonly #server: Server;
  readonly #latency: readonly { readonly model: RegExp; readonly firstTokenMs: number }[];
  readonly #sockets = new Set<Socket>();
  readonly #lastCall = new WeakMap<Socket, number>();
  readonly #cache = new AnswerCache();

  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#identity = {
      seed: options.seed ?? 0,
      name: options.name ?? 'sim',
      models: options.models ?? DEFAULT_MODELS,
      owner: options.owner ?? options.name ?? 'sim',
      chatRules: options.chatRules ?? 'openai',
      kept: new KeptAnswers(),
    };
    this.#log = new CallLog(options.keepCalls ?? KEPT_CALLS);
    this.#chooser = new FaultChooser(this.#identity.seed);
    this.#chooser.set(options.fault);
    this.#latency = (options.modelLatency ?? []).map(({ model, firstTokenMs }) => ({
      model: globToRegExp(model),
      firstTokenMs,
    }));
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, noDelay: true });
    this.#server.on('request', (request, response) => this.#receive(request, response));
    this.#server.on('connection', (socket) => this.#track(socket));
  }

  get calls(): readonly SimulatorCall[] {
    return this.#log.calls;
  }

  get received(): number {
    return this.#log.received;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  listen(port = 0, host = '127.0.0.1'): Promise<Listening> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.removeListener('error', reject);
        const bound = portOf(this.#server.address());
        const origin = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
        resolve({ url: `${origin}/v1`, origin, port: bound });
      });
    });
  }

  setFault(fault: string | undefined): void {
    this.#chooser.set(fault);
  }

  forgetCalls(): void {
    this.#log.clear();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Callers reset connections on purpose here; without a listener that would end the process.
    socket.on('error', () => undefined);
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => undefined);
    request.on('end', () =>
      this.#answer(request, response, pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)),
    );
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: Buffer = Buffer.alloc(0)): void {
    const asked = readAsked(request.method ?? 'GET', request.url ?? '/', request.headers, body);
    const call = this.#record(asked, request.socket);
    const onEnd = this.#options.onCallEnd;
    const addressed = addressee(asked);
    const performance = this.#compose(asked, addressed, call);
    perform(performance, response, {
      clock: this.#clock,
      call,
      headers: this.#standingHeaders(addressed.dialect, performance.script, call),
      idle: (socket) => this.#lastCall.get(socket) === call.number,
    });
    if (onEnd) response.once('close', () => onEnd(call));
  }

  #record(asked: Asked, socket: Socket): SimulatorCall {
    const call = this.#log.add({
      at: this.#clock.now(),
      method: asked.method,
      path: asked.path,
      model: asked.model,
      key: keyOf(asked),
      headers: asked.headers,
      body: asked.body.toString('utf8', 0, KEPT_BODY_BYTES),
      bodyBytes: asked.body.length,
      remotePort: socket.remotePort ?? 0,
    });
    this.#lastCall.set(socket, call.number);
    return call;
  }

  /** What this request is answered, with the faults it meets. */
  #compose(asked: Asked, addressed: Addressed, call: SimulatorCall): Performance {
    const chosen = this.#chooser.choose(asked);
    if (chosen.is === 'failed') return prepare(notUnderstood(chosen.fault));
    const parts = chosen.value;
    if (parts.length > 0) call.fault = parts.map(({ text }) => text).join('+');
    const { dialect } = addressed;
    const plain = this.#keyAccepted(call.key)
      ? this.#plainAnswer(asked, addressed, parts)
      : prepare(object(dialect.errors, { kind: 'key' }));
    const bends = parts.filter(({ row, options }) => row.bend || options.size > 0);
    if (bends.length === 0) return plain;
    const scene = { now: this.#clock.now(), model: asked.model, dialect };
    return prepare(
      bends.reduce(
        (script, part) => addHeaders(part.row.bend?.(script, part, scene) ?? script, part),
        plain.script,
      ),
    );
  }

  #plainAnswer(asked: Asked, addressed: Addressed, parts: readonly FaultPart[]): Performance {
    const seasons = parts.filter(({ row }) => row.season);
    return this.#cache.get(cacheKey(asked, addressed, seasons), () => {
      const recipe = seasons.reduce(
        (mix, part) => part.row.season?.(mix, part) ?? mix,
        this.#recipe(asked.model),
      );
      return prepare(answer(asked, addressed, recipe, this.#identity, this.#options.models !== undefined));
    });
  }

  #recipe(model: string): Recipe {
    const { firstTokenMs = 0, tokensPerSecond = 0 } = this.#options;
    const own = this.#latency.find((rule) => rule.model.test(model));
    return {
      ...PLAIN_RECIPE,
      firstTokenMs: own?.firstTokenMs ?? firstTokenMs,
      tokenMs: tokensPerSecond > 0 ? 1000 / tokensPerSecond : 0,
    };
  }

  #keyAccepted(key: string | undefined): boolean {
    const { keys } = this.#options;
    return !keys || (key !== undefined && keys.includes(key));
  }

  #standingHeaders(dialect: Dialect, script: Script, call: SimulatorCall): Readonly<Record<string, string>> {
    const { name } = this.#identity;
    const limited = script.status === 429;
    return {
      ...dialect.headers({ number: call.number, name, now: call.at, limited }),
      'x-sim-name': name,
    };
  }
}

function notUnderstood(message: string): Script {
  const error = { message, type: 'simulator_error', param: null, code: 'unknown_simulated_fault' };
  return jsonScript(400, { error }, { 'x-should-retry': 'false' });
}

/** Options that begin with `x-` are headers of the answer. */
function addHeaders(script: Script, part: FaultPart): Script {
  const own = [...part.options].filter(([name]) => name.startsWith('x-'));
  return own.length === 0
    ? script
    : { ...script, headers: { ...script.headers, ...Object.fromEntries(own) } };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address ? address.port : 0;
}
