import OpenAI from 'openai';

import type { Capture } from '../../src/core/capture.ts';
import type { FormatName } from '../../src/core/operation.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/core/policy.ts';
import type { AnswerCachePort, FactsPort, KeyPort, RememberPort } from '../../src/core/ports.ts';
import type { AuthScheme, Profile, Provider, Quirk, Route } from '../../src/core/profile.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/core/settings.ts';
import type { Target } from '../../src/core/target.ts';
import type { Attempt, Trail } from '../../src/core/trail.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createProxy, type Proxy, type ProxyOptions, type Purse } from '../../src/proxy/index.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.ts';
import { type Answer, RawCall, type Request } from './raw-client.ts';
import { until } from './until.ts';

export { until };

/** One provider of a test's profile; without an address a simulator is started for it. */
export interface GroundProvider {
  readonly name: string;
  readonly url?: string;
  readonly format?: FormatName;
  readonly alsoSpeaks?: readonly FormatName[];
  readonly keys?: readonly string[];
  readonly auth?: AuthScheme;
  readonly quirks?: readonly Quirk[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly models?: readonly string[];
  readonly owns?: readonly string[];
  readonly simulator?: SimulatorOptions;
}

export interface GroundOptions {
  /** Two by default: `first` and `second`. */
  readonly providers?: readonly (GroundProvider | string)[];
  /** How many requests some of them serve at once. */
  readonly concurrency?: Readonly<Record<string, number>>;
  /** By default one route for every name: the first provider with the caller's model, the others with `backup`. */
  readonly routes?: readonly Route[];
  readonly policy?: Partial<Policy>;
  readonly listen?: Partial<Settings['listen']>;
  readonly record?: Partial<Settings['record']>;
  readonly clock?: Clock;
  /** Reads the providers' lists of models, as the daemon does. */
  readonly readModels?: boolean;
  /** Signs what goes to some providers. */
  readonly signerFor?: NonNullable<KeyPort['signerFor']>;
  /** Keeps what is to outlive a restart; nothing does by default. */
  readonly remember?: RememberPort;
  /** Jitter and exploration; one half by default. */
  readonly random?: () => number;
  /** What is known of models; nothing by default. */
  readonly facts?: FactsPort;
  /** Budgets and limits; none by default. */
  readonly purse?: Purse;
  /** Where answers are kept; nowhere by default. */
  readonly answers?: AnswerCachePort;
  readonly cache?: Partial<Settings['cache']>;
  readonly network?: Pick<ProxyOptions, 'senses' | 'lookup'>;
}

/** Waits are short, limits are far: what a test wants to run into it sets itself. */
const PATIENT: Partial<Policy> = { backoffMs: 2, backoffCapMs: 5 };
/** For tests that fail a target more often than a breaker would allow. */
export const NO_BREAKER: Partial<Policy> = { breakerFailures: 1e9, breakerMinimum: 1e9 };

/** A proxy before its simulators, and everything it said. */
export interface Ground {
  readonly proxy: Proxy;
  readonly port: number;
  readonly url: string;
  readonly profile: Profile;
  readonly settings: Settings;
  readonly keys: KeyPort;
  /** Finished exchanges, oldest first. */
  readonly trails: readonly Trail[];
  /** What was kept beside them, by id. */
  readonly captures: ReadonlyMap<string, Capture>;
  readonly started: readonly Trail[];
  readonly attempts: readonly Attempt[];
  /** Whom gw looked at by itself and had an answer of. */
  readonly lookedAt: readonly Target[];
  readonly logLines: readonly string[];
  simulator(name: string): Simulator;
  /** Calls a provider received. */
  calls(name: string): number;
  open(request: Request): RawCall;
  /** Sends a request and waits for its answer. */
  ask(request: Request): Promise<Answer>;
  chat(
    model?: string,
    more?: Readonly<Record<string, unknown>>,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  stream(
    model?: string,
    more?: Readonly<Record<string, unknown>>,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** The trail of the exchange that an answer belongs to. */
  trailOf(answer: Answer): Promise<Trail>;
  sdk(options?: { readonly maxRetries?: number; readonly timeout?: number }): OpenAI;
  close(): Promise<void>;
}

const open: Ground[] = [];

/** Closes every ground a test opened; for `afterEach`. */
export async function closeGrounds(): Promise<void> {
  await Promise.all(open.splice(0).map((ground) => ground.close()));
}

export async function openGround(options: GroundOptions = {}): Promise<Ground> {
  const { providers: wanted = ['first', 'second'] } = options;
  const simulators = new Map<string, Simulator>();
  const providers: Provider[] = [];
  for (const entry of wanted) {
    const provider = typeof entry === 'string' ? { name: entry } : entry;
    let { url } = provider;
    if (url === undefined) {
      const simulator = createSimulator({ name: provider.name, ...provider.simulator });
      simulators.set(provider.name, simulator);
      ({ url } = await simulator.listen());
    }
    const made = providerOf(provider, baseFor(provider.format ?? 'openai-chat', url));
    const concurrency = options.concurrency?.[provider.name];
    providers.push(concurrency === undefined ? made : { ...made, concurrency });
  }
  return start(options, providers, simulators);
}

async function start(
  options: GroundOptions,
  providers: readonly Provider[],
  simulators: ReadonlyMap<string, Simulator>,
): Promise<Ground> {
  const settings = {
    ...DEFAULT_SETTINGS,
    listen: { ...DEFAULT_SETTINGS.listen, ...options.listen },
    record: { ...DEFAULT_SETTINGS.record, ...options.record },
    cache: { ...DEFAULT_SETTINGS.cache, ...options.cache },
  };
  const profile: Profile = {
    name: 'default',
    providers,
    routes: options.routes ?? [routeOver(providers.map(({ name }) => name))],
    policy: { ...DEFAULT_POLICY, ...PATIENT, ...options.policy },
  };
  const keys: KeyPort = { ...INLINE_KEYS, ...(options.signerFor && { signerFor: options.signerFor }) };
  const trails: Trail[] = [];
  const captures = new Map<string, Capture>();
  const started: Trail[] = [];
  const attempts: Attempt[] = [];
  const lookedAt: Target[] = [];
  const logLines: string[] = [];
  const proxy = createProxy({
    settings,
    profile,
    keys,
    clock: options.clock ?? systemClock,
    watcher: {
      exchangeStarted: (trail) => void started.push(trail),
      attemptEnded: (_, attempt) => void attempts.push(attempt),
      exchangeEnded: () => undefined,
      lookSucceeded: (target) => void lookedAt.push(target),
    },
    record: {
      record: (trail, capture) => {
        if (capture !== undefined) captures.set(trail.id, capture);
        trails.push(trail);
      },
    },
    log: { write: (level, event, fields) => void logLines.push(JSON.stringify({ level, event, ...fields })) },
    version: '0.0.0-test',
    instance: `test-${simulators.size}-${Math.random()}`,
    random: options.random ?? (() => 0.5),
    readModels: options.readModels ?? false,
    ...(options.facts && { facts: options.facts }),
    ...(options.purse && { purse: options.purse }),
    ...(options.answers && { answers: options.answers }),
    ...options.network,
    ...(options.remember && { remember: options.remember }),
  });
  const port = await proxy.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}/v1`;
  const chat =
    (stream: boolean) =>
    (model = 'm', more = {}, headers = {}) =>
      ground.ask(chatRequest(model, stream ? { stream: true, ...more } : more, headers));
  const ground: Ground = {
    proxy,
    port,
    url,
    profile,
    settings,
    keys,
    trails,
    captures,
    started,
    attempts,
    lookedAt,
    logLines,
    simulator(name) {
      const found = simulators.get(name);
      if (!found) throw new Error(`no simulator ${name}`);
      return found;
    },
    calls: (name) => simulators.get(name)?.received ?? 0,
    open: (request) => new RawCall(port, request),
    ask: (request) => new RawCall(port, request).answer(),
    chat: chat(false),
    stream: chat(true),
    async trailOf(answer) {
      const id = answer.headers['x-gw-request-id'];
      await until(() => trails.some((trail) => trail.id === id), 'the trail was recorded');
      const found = trails.find((trail) => trail.id === id);
      if (!found) throw new Error('no trail');
      return found;
    },
    sdk: ({ maxRetries = 0, timeout = 10_000 } = {}) =>
      new OpenAI({ baseURL: url, apiKey: 'sk-of-the-caller', maxRetries, timeout }),
    async close() {
      await proxy.close();
      await Promise.all([...simulators.values()].map((simulator) => simulator.close()));
    },
  };
  open.push(ground);
  return ground;
}

/** A route for every name over these providers: the first is asked for the caller's model, the others for `backup`. */
export function routeOver(names: readonly string[], more: Partial<Route> = {}): Route {
  const targets = names.map((provider, index) => ({ provider, model: index === 0 ? undefined : 'backup' }));
  return { name: 'main', match: ['*'], targets, policy: {}, ...more };
}

/** Where each format's paths begin on a simulator that listens at `…/v1`; other addresses are taken as they are. */
const BASES: Readonly<Partial<Record<FormatName, string>>> = {
  gemini: '/v1beta',
  'bedrock-converse': '',
  'cohere-chat': '/v2',
  'ollama-chat': '',
};

function baseFor(format: FormatName, url: string): string {
  return url.replace(/\/v1$/, BASES[format] ?? '/v1');
}

/** A provider as the profile holds it. */
export function providerOf(entry: GroundProvider, url: string): Provider {
  const { keys = [`sk-${entry.name}`], auth = 'bearer' } = entry;
  return {
    name: entry.name,
    preset: undefined,
    url,
    format: entry.format ?? 'openai-chat',
    auth,
    keys: keys.map((value) => ({ is: 'env', name: value })),
    enabled: true,
    headers: entry.headers ?? {},
    alsoSpeaks: entry.alsoSpeaks ?? [],
    quirks: entry.quirks ?? [],
    models: entry.models ?? [],
    owns: entry.owns ?? [],
  };
}

/** References resolve to their own name, so that a test can say which key must arrive where. */
const INLINE_KEYS: KeyPort = {
  resolve: (reference) => (reference.is === 'env' ? new Secret(reference.name) : undefined),
};

export const HELLO = [{ role: 'user' as const, content: 'Tell me something.' }];

/** A chat request as a plain HTTP client sends it. */
export function chatRequest(
  model: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Record<string, string> = {},
): Request {
  return { path: '/v1/chat/completions', body: JSON.stringify({ model, messages: HELLO, ...more }), headers };
}

/** The machine's time, with a wall clock that can be moved: breakers and cooldowns look at nothing else. */
export function movableClock(): Clock & { move(ms: number): void } {
  let offset = 0;
  return {
    ...systemClock,
    now: () => Date.now() + offset,
    move(ms) {
      offset += ms;
    },
  };
}
