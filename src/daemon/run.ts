import { dirname } from 'node:path';

import { openConfigFile } from '../config/index.ts';
import { ControlError, ensurePrivateDirectory, serveControl } from '../control/index.ts';
import type { Paths } from '../core/paths.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import { CountedClock } from '../lib/clock.ts';
import { httpProxyRule } from '../lib/http-proxy.ts';
import { idMaker } from '../lib/id.ts';
import { createProxy, type Proxy } from '../proxy/index.ts';
import { openAnswerCache, openRecorder, type Recorder } from '../store/index.ts';
import { askCatalogue } from './ask-catalogue.ts';
import { Daemon } from './daemon.ts';
import { openDoor } from './data-socket.ts';
import { DaemonError } from './error.ts';
import { Guard } from './guard.ts';
import { HealthFile } from './health-file.ts';
import { IdleMemory } from './idle-memory.ts';
import { keepReachable } from './keep-reachable.ts';
import { type Chosen, chooseProfile, loadChosen } from './loaded.ts';
import { type Lock, tryLock } from './lock.ts';
import type { LogRecord } from './log-line.ts';
import { type LogFile, openLog } from './log.ts';
import { collectMetrics, metricsPage, type MetricsSource } from './metrics.ts';
import { ModelBook } from './model-book.ts';
import { openNetworkSenses } from './network-watch.ts';
import { Observatory } from './observatory.ts';
import type { DaemonOptions, DaemonParts } from './parts.ts';
import { listenError } from './port-owner.ts';
import { serveLockPath } from './serve-lock.ts';
import { readState, writeState } from './state-file.ts';
import { Telemetry, type TelemetryParts } from './telemetry.ts';
import { Unfinished } from './unfinished.ts';

/**
 * Starts a daemon in this process: takes the lock, reads the profile, listens, opens the control socket, and only
 * then writes the state file. Rejects with a `DaemonError`, with everything it opened closed again.
 */
export async function runDaemon(
  options: DaemonOptions & { readonly echo?: ((record: LogRecord) => void) | undefined },
): Promise<Daemon> {
  const undo: (() => unknown)[] = [];
  try {
    preparePrivateDirectory(options.paths);
    const lock = await takeServeLock(options.paths);
    undo.push(() => lock.release());
    return await open({ ...options, clock: new CountedClock(options.clock) }, lock, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error instanceof ControlError ? controlProblem(error) : error;
  }
}

type Opening = Parameters<typeof runDaemon>[0] & { readonly clock: CountedClock };

async function open(options: Opening, lock: Lock, undo: (() => unknown)[]): Promise<Daemon> {
  const { paths, presets, env, overrides, version, home, clock } = options;
  const file = openConfigFile({ paths, presets });
  const { log, chosen } = openLogFor(options, chooseProfile(file, env, presets, overrides), undo);
  const loaded = await loadChosen(chosen, env, home);
  const startedAt = clock.now();
  const instance = idMaker(() => startedAt)();
  const observatory = new Observatory(startedAt);
  const stores = await openStores(options, { log, observatory, loaded }, undo);
  const book = new ModelBook((question) => askCatalogue(question, clock), clock);
  const memory = openMemory(options, log, observatory);
  const late = Promise.withResolvers<Daemon>();
  const figures = late.promise.then((daemon) => daemon.metrics());
  const telemetry = openTelemetry({ instance, version, startedAt, clock, log }, figures, undo);
  const proxy = createProxy({
    settings: loaded.settings,
    profile: loaded.profile,
    keys: loaded.keys,
    clock,
    watcher: observatory,
    record: stores.recorder,
    answers: stores.answers,
    log,
    version,
    instance,
    readModels: options.readModels,
    httpProxyFor: httpProxyRule(env),
    ...(options.network ?? { senses: openNetworkSenses() }),
    facts: book,
    remember: memory.remember,
    purse: stores.guard.purse,
    tracing: telemetry,
    metricsPage: async () => metricsPage(await figures),
  });
  const parts: DaemonParts = {
    instance,
    startedAt,
    clock,
    ...(await listenAll(loaded.settings.listen, { home, proxy, log }, undo)),
    lock,
    log,
    file,
    loaded,
    ...stores,
    observatory,
    proxy,
    book,
    telemetry,
  };
  await telemetry.apply(loaded, env);
  observatory.exporter = telemetry;
  book.prepare(loaded.profile);
  const daemon = new Daemon(options, parts);
  late.resolve(daemon);
  followLast(daemon, memory, paths, stores.recorder);
  return serve(options, daemon, undo, { profile: loaded.profile.name, startedAt });
}

interface Memory {
  readonly remember: HealthFile;
  readonly unfinished: Unfinished;
}

/** What outlives a restart. Requests under way are kept from now on, and what the last daemon left of them is read. */
function openMemory({ paths, clock }: DaemonOptions, log: LogFile, observatory: Observatory): Memory {
  const remember = new HealthFile(paths.health, clock, log);
  const unfinished = new Unfinished({ clock, remember, live: () => observatory.running });
  remember.keep(unfinished);
  const idle = new IdleMemory(clock, () => observatory.activity);
  observatory.onBusy = () => {
    unfinished.begun();
    idle.busy();
  };
  // Starting leaves garbage too.
  idle.busy();
  return { remember, unfinished };
}

/**
 * Tells how the last daemon ended, and keeps how this one does. One that ends by itself removes its state file: where one
 * is left, it was killed, or the computer went down.
 */
function followLast(
  { log, ended }: Daemon,
  { remember, unfinished }: Memory,
  paths: Paths,
  recorder: Recorder,
): void {
  void ended.then(() => unfinished.look()).then(() => remember.flush());
  const { left } = unfinished;
  for (const trail of left) recorder.record(trail);
  const last = readState(paths.state);
  if (last === undefined && left.length === 0) return;
  log.write('warn', 'daemon-was-killed', {
    message: 'the last daemon did not end by itself: it was killed, or the computer went down',
    ...(last && { pid: last.pid, instance: last.instance }),
    requests: left.length,
  });
}

/** The log comes first: what is wrong with the profile is written there too. */
function openLogFor(
  { paths, clock, echo }: Parameters<typeof runDaemon>[0],
  chosen: ReturnType<typeof chooseProfile>,
  undo: (() => unknown)[],
): { log: LogFile; chosen: Chosen } {
  const settings = chosen.is === 'ok' ? chosen.value.settings : DEFAULT_SETTINGS;
  const log = openLog({ path: paths.log, settings: settings.log, clock, echo });
  undo.push(() => log.close());
  if (chosen.is === 'failed') throw reported(log, chosen.fault);
  return { log, chosen: chosen.value };
}

/** The port, and the Unix socket beside it where one is named. */
async function listenAll(
  { host, port: wanted, socket }: Settings['listen'],
  place: { readonly home: string; readonly proxy: Proxy; readonly log: LogFile },
  undo: (() => unknown)[],
): Promise<Pick<DaemonParts, 'port' | 'door'>> {
  undo.push(() => place.proxy.close());
  const port = await place.proxy.listen(wanted, host).catch(async (error: unknown) => {
    throw reported(place.log, await listenError(error, host, wanted));
  });
  const door = await openDoor(socket, place).catch((error: unknown) => {
    throw error instanceof DaemonError ? reported(place.log, error) : error;
  });
  undo.push(() => door?.close());
  return { port, door };
}

/** Nothing of it begins before the settings are applied. */
function openTelemetry(
  parts: Omit<TelemetryParts, 'families'>,
  figures: Promise<MetricsSource>,
  undo: (() => unknown)[],
): Telemetry {
  const telemetry = new Telemetry({ ...parts, families: async () => collectMetrics(await figures) });
  undo.push(() => telemetry.close());
  return telemetry;
}

/** What outlives an exchange: its record, what it cost, and its answer where that is kept. */
async function openStores(
  options: DaemonOptions,
  has: Pick<DaemonParts, 'log' | 'observatory' | 'loaded'>,
  undo: (() => unknown)[],
): Promise<Pick<DaemonParts, 'recorder' | 'answers' | 'guard'>> {
  const { paths, clock } = options;
  const { log, loaded } = has;
  const { record, cache } = loaded.settings;
  const recorder = openRecorder({ path: paths.database, settings: record, log, clock });
  undo.push(() => recorder.close());
  const answers = openAnswerCache({ path: paths.answers, settings: cache, log, clock });
  undo.push(() => answers.close());
  const guard = openGuard(options, { ...has, recorder });
  undo.push(() => guard.close());
  // What was spent today is known before the first request comes.
  await guard.apply(loaded);
  return { recorder, answers, guard };
}

function openGuard(
  { paths, clock, version, env }: DaemonOptions,
  { log, observatory, recorder }: Pick<DaemonParts, 'log' | 'observatory' | 'recorder'>,
): Guard {
  const httpProxyFor = httpProxyRule(env);
  const flush = (): Promise<void> => recorder.flush();
  return new Guard({ database: paths.database, clock, log, version, observatory, httpProxyFor, flush });
}

async function serve(
  { paths, version, overrides, clock }: DaemonOptions,
  daemon: Daemon,
  undo: (() => unknown)[],
  { profile, startedAt }: { readonly profile: string; readonly startedAt: number },
): Promise<Daemon> {
  const { instance, address, log } = daemon;
  const pid = process.pid;
  const open = async (): Promise<void> => {
    daemon.control = await serveControl({
      path: paths.socket,
      handlers: daemon.handlers(),
      subscribe: (send) => daemon.feed.subscribe(send),
    });
    const state = { pid, instance, address, version, profile, log: paths.log, startedAt, overrides };
    const unwritten = writeState(paths.state, state);
    if (unwritten !== undefined) log.write('warn', 'state-not-written', { reason: unwritten });
  };
  undo.push(() => daemon.control?.close());
  await open();
  log.write('info', 'daemon-started', { address, profile, version, pid, instance });
  const unwatch = keepReachable({
    paths,
    clock,
    log,
    control: () => daemon.control,
    reopen: open,
    isEnding: () => daemon.draining,
  });
  void daemon.ended.then(unwatch);
  return daemon;
}

function preparePrivateDirectory(paths: Paths): void {
  try {
    ensurePrivateDirectory(paths.stateDir);
    ensurePrivateDirectory(dirname(paths.log));
  } catch (error) {
    if (error instanceof ControlError) throw error;
    throw new DaemonError('start', `cannot make ${paths.stateDir}`, {
      why: error instanceof Error ? error.message : String(error),
      fix: 'set GW_HOME to a directory you can write',
      cause: error,
    });
  }
}

async function takeServeLock(paths: Paths): Promise<Lock> {
  const lock = await tryLock(serveLockPath(paths));
  if (lock) return lock;
  const state = readState(paths.state);
  throw new DaemonError('running', 'gw is running already', {
    why:
      state === undefined ? `${paths.stateDir} is in use` : `it serves ${state.address} (pid ${state.pid})`,
    fix: 'gw status',
  });
}

function reported(log: ReturnType<typeof openLog>, error: DaemonError): DaemonError {
  log.write('error', 'start-failed', { message: error.message, why: error.why, fix: error.fix });
  return error;
}

function controlProblem(error: ControlError): DaemonError {
  const kind = error.reason === 'occupied' ? 'running' : 'start';
  return new DaemonError(kind, error.message, { fix: error.fix, cause: error });
}
