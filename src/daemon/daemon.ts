import {
  type ControlServer,
  type Handlers,
  type Problem,
  PROTOCOL_VERSION,
  type ReloadResult,
  type Status,
} from '../control/index.ts';
import { type ActedOn, actingHandlers } from './acting.ts';
import { cacheHandlers } from './cache.ts';
import { chaosHandlers } from './chaos.ts';
import { socketMoved } from './data-socket.ts';
import { DrillGround } from './drill.ts';
import { Feed } from './feed.ts';
import { handedOver } from './handover.ts';
import { chooseProfile, type Loaded, loadChosen } from './loaded.ts';
import type { LogFile } from './log.ts';
import { metricsHandlers, type MetricsSource, metricsSource } from './metrics.ts';
import type { DaemonOptions, DaemonParts } from './parts.ts';
import { addressOf } from './port-check.ts';
import { problemsOf } from './problems.ts';
import { knownSecrets, recordingHandlers } from './recordings.ts';
import { settledByProfile, settledByReset } from './settled.ts';
import { removeState } from './state-file.ts';
import { makeStatus } from './status.ts';

/** A daemon that serves. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #parts: DaemonParts;
  readonly #drills = new DrillGround();
  readonly #ended = Promise.withResolvers<void>();
  readonly #drained = Promise.withResolvers<number>();
  readonly #hurry = Promise.withResolvers<void>();
  readonly feed: Feed;
  /** Values handed over by whoever started or reloaded us: in memory, nowhere else. */
  #env: Record<string, string | undefined>;
  #loaded: Loaded;
  #reloadProblems: readonly Problem[] = [];
  #control: ControlServer | undefined;
  #draining = false;

  constructor(options: DaemonOptions, parts: DaemonParts) {
    this.#options = options;
    this.#parts = parts;
    this.#env = { ...options.env };
    this.#loaded = parts.loaded;
    parts.guard.offline = () => parts.proxy.offline();
    this.feed = new Feed({
      clock: options.clock,
      observatory: parts.observatory,
      status: () => this.status(),
      incidents: () => parts.observatory.incidents(options.clock.now()),
      log: parts.log,
    });
  }

  get instance(): string {
    return this.#parts.instance;
  }

  get address(): string {
    return addressOf(this.#parts.loaded.settings.listen.host, this.#parts.port);
  }

  get log(): LogFile {
    return this.#parts.log;
  }

  /**
   * Resolves when everything is closed but the lock: that goes with the process, so that whoever waits for the lock
   * knows that the process has ended too.
   */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** For a process that goes on after its daemon has ended. */
  releaseLock(): void {
    this.#parts.lock.release();
  }

  get draining(): boolean {
    return this.#draining;
  }

  get control(): ControlServer | undefined {
    return this.#control;
  }

  set control(server: ControlServer) {
    this.#control = server;
  }

  /** What each control method does. */
  handlers(): Handlers {
    const { recorder, answers, observatory, proxy, log } = this.#parts;
    return {
      ...cacheHandlers(answers, () => observatory.cache.use()),
      ...metricsHandlers(this.metrics()),
      ...this.#parts.guard.handlers(),
      hello: () => ({
        instance: this.instance,
        version: this.#options.version,
        pid: process.pid,
        protocol: PROTOCOL_VERSION,
      }),
      status: () => this.status(),
      stop: ({ drainMs }) => this.stop(drainMs),
      drained: async () => ({ live: await this.#drained.promise }),
      reload: ({ env }) => this.reload(env),
      flush: async () => {
        await recorder.flush();
        return { dropped: recorder.dropped };
      },
      'hand-over': () => ({ env: handedOver(this.#loaded, this.#parts.file, this.#env) }),
      models: () => ({ lists: proxy.modelLists() }),
      exchange: ({ id }) => observatory.find(id) ?? null,
      drill: async (params) => ({
        token: proxy.armDrill({ ...params, simulatorOrigin: await this.#drills.origin() }),
      }),
      ...recordingHandlers({
        book: proxy.recordings,
        clock: this.#options.clock,
        secrets: () => knownSecrets(this.#loaded),
      }),
      ...chaosHandlers({
        book: proxy.chaos,
        log,
        providers: () => this.#loaded.profile.providers,
        simulatorOrigin: () => this.#drills.origin(),
        statusChanged: () => this.feed.statusChanged(),
      }),
      ...actingHandlers({
        actedOn: () => this.#actedOn(),
        proxy,
        acted: (event, fields) => log.write('info', event, fields),
        forgotten: (target) => observatory.settle(settledByReset(target)),
        reload: () => this.reload({}),
        statusChanged: () => this.feed.statusChanged(),
      }),
    };
  }

  /** Where the figures for metrics come from. */
  metrics(): MetricsSource {
    return metricsSource(this.#parts, () => this.status());
  }

  #actedOn(): ActedOn {
    const { profile, fromEnvironment } = this.#loaded;
    return { file: this.#parts.file, profile: profile.name, fromEnvironment };
  }

  status(): Status {
    const { instance, startedAt, recorder, observatory, proxy } = this.#parts;
    const { paths, version, clock } = this.#options;
    return makeStatus({
      instance,
      version,
      pid: process.pid,
      address: this.address,
      ...(this.#parts.door && { socket: this.#parts.door.path }),
      startedAt,
      now: clock.now(),
      ...this.#parts.guard.status(clock.now()),
      configPath: paths.config,
      logPath: paths.log,
      draining: this.#draining,
      rssBytes: process.memoryUsage.rss(),
      loaded: this.#loaded,
      observatory,
      health: proxy.health(),
      problems: [...this.#reloadProblems, ...problemsOf(this.#parts)],
      chaos: proxy.chaos.list(),
      recordings: proxy.recordings.list(),
      telemetry: this.#parts.telemetry.view(),
      kept: this.#parts.answers.held(),
      dropped: recorder.dropped,
      offline: proxy.offline(),
      rooms: proxy.rooms,
    });
  }

  /** Reads the profile again without dropping a connection; one that cannot be used changes nothing. */
  async reload(env: Readonly<Record<string, string>>): Promise<ReloadResult> {
    const { presets, overrides, home } = this.#options;
    const { file, log, proxy, book } = this.#parts;
    this.#env = { ...this.#env, ...env };
    const chosen = chooseProfile(file, this.#env, presets, overrides);
    if (chosen.is === 'failed') {
      const { message, why, fix } = chosen.fault;
      const text = `${message}${why === undefined ? '' : ` (${why})`}`;
      this.#reloadProblems = [
        { message: `${text}; the old profile keeps serving`, fix: `${fix ?? 'gw config edit'} && gw reload` },
      ];
      log.write('warn', 'reload-refused', { reason: text });
      this.feed.statusChanged();
      return { profile: this.#loaded.profile.name, problems: [text], unresolvedKeys: [] };
    }
    const loaded = await loadChosen(chosen.value, this.#env, home);
    this.#loaded = loaded;
    this.#reloadProblems = this.#moved(loaded);
    proxy.apply(loaded);
    this.#parts.observatory.settle(settledByProfile(loaded.profile));
    book.prepare(loaded.profile);
    await this.#parts.telemetry.apply(loaded, this.#env);
    await this.#parts.guard.apply(loaded);
    log.change(loaded.settings.log);
    log.write('info', 'profile-reloaded', { profile: loaded.profile.name });
    this.feed.statusChanged();
    return {
      profile: loaded.profile.name,
      problems: [],
      unresolvedKeys: loaded.unresolved.map(({ label }) => label),
    };
  }

  /** A listening socket cannot move; saying so beats a setting that silently does nothing. */
  #moved(loaded: Loaded): Problem[] {
    const before = this.#parts.loaded.settings.listen;
    const { host, port, socket } = loaded.settings.listen;
    if (socket !== before.socket) return [socketMoved(this.#parts.door?.path)];
    if (host === before.host && port === before.port) return [];
    return [
      {
        message: `the profile now says ${addressOf(host, port)}, and gw still listens on ${this.address}`,
        fix: 'gw restart',
      },
    ];
  }

  /**
   * Refuses new work, lets what runs finish for `drainMs`, then ends everything; answers how much was running.
   * Asked again with less time, it hurries.
   */
  stop(drainMs: number): { live: number } {
    const live = this.#parts.observatory.liveCount;
    if (this.#draining) {
      if (drainMs <= 0) this.#hurry.resolve();
      return { live };
    }
    this.#draining = true;
    this.log.write('info', 'daemon-draining', { live, drainMs });
    this.feed.statusChanged();
    void this.#finish(Math.max(0, drainMs));
    return { live };
  }

  async #finish(drainMs: number): Promise<void> {
    const { proxy, recorder, observatory, log } = this.#parts;
    const { clock } = this.#options;
    let cutOff = 0;
    const giveUp = (): void => void (cutOff ||= observatory.liveCount);
    // Set before the proxy's own timer of the same length, so that it counts what that one ends.
    const cancel = clock.after(drainMs, giveUp);
    void this.#hurry.promise.then(giveUp);
    const steps: (() => unknown)[] = [
      () => Promise.race([proxy.drain(drainMs), this.#hurry.promise]),
      () => {
        cancel();
        this.#drained.resolve(cutOff);
        log.write('info', 'daemon-stopping', { cutOff });
      },
      () => this.#parts.door?.close(),
      () => proxy.close(),
      () => this.#parts.telemetry.close(),
      () => this.#parts.guard.close(),
      () => recorder.close(),
      () => this.#parts.answers.close(),
      () => this.#drills.close(),
      () => removeState(this.#options.paths.state, this.instance),
      () => this.#control?.close(),
      () => log.write('info', 'daemon-stopped'),
      () => log.close(),
    ];
    // Whatever fails on the way down, the rest still has to happen.
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        log.write('error', 'stop-failed', { error });
      }
    }
    this.#ended.resolve();
  }
}
