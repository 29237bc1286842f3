import { randomBytes } from 'node:crypto';

import type { Problem, TelemetryView } from '../control/index.ts';
import type { MetricFamily } from '../core/metric.ts';
import { otelVariables } from '../core/otel-variables.ts';
import type { LogPort, TracePort } from '../core/ports.ts';
import type { OtelSettings } from '../core/settings.ts';
import type { TraceNote } from '../core/trace-context.ts';
import type { Trail } from '../core/trail.ts';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/expect.ts';
import type { Exporter } from '../observe/index.ts';
import type { Loaded } from './loaded.ts';
import { postJson } from './post-json.ts';

// A collector that does not answer must not hold up a stop.
const CLOSE_MS = 2_000;

/** What is sent comes from here. */
export interface TelemetryParts {
  readonly instance: string;
  readonly version: string;
  readonly startedAt: number;
  readonly clock: Clock;
  readonly log: LogPort;
  readonly families: () => Promise<readonly MetricFamily[]>;
}

/**
 * The exporter for OpenTelemetry, while the settings want one. While they do not, nothing of it is loaded, and the hot
 * path meets one undefined check.
 */
export class Telemetry implements TracePort {
  readonly #parts: TelemetryParts;
  #settings = '';
  #exporter: Exporter | undefined;
  #tracesShare: number | undefined;
  #destinations: Pick<TelemetryView, 'traces' | 'metrics'> = {};
  #loaded: Loaded | undefined;
  #problems: readonly string[] = [];
  #droppedBefore = 0;

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
  }

  /** Follows the settings: begins, ends, or begins anew where they or the variables changed. Never rejects. */
  async apply(loaded: Loaded, env: Readonly<Record<string, string | undefined>>): Promise<void> {
    this.#loaded = loaded;
    const { otel } = loaded.settings;
    const settings = otel.enabled ? JSON.stringify([otel, otelVariables(env)]) : '';
    if (settings === this.#settings) return;
    this.#settings = settings;
    const before = this.#exporter;
    this.#exporter = undefined;
    this.#tracesShare = undefined;
    this.#problems = [];
    if (otel.enabled) await this.#begin(otel, env);
    await this.#end(before);
  }

  get isOn(): boolean {
    return this.#exporter !== undefined;
  }

  /** Takes an ended exchange. On the hot path. */
  add(trail: Trail): void {
    this.#exporter?.add(trail);
  }

  begin(parent: TraceNote | undefined): TraceNote | undefined {
    const share = this.#tracesShare;
    if (share === undefined) return undefined;
    const spanId = this.newSpanId();
    if (parent !== undefined) return { ...parent, spanId };
    return { traceId: randomBytes(16).toString('hex'), spanId, sampled: Math.random() < share };
  }

  newSpanId(): string {
    return randomBytes(8).toString('hex');
  }

  /** Exchanges that were not told of. */
  get dropped(): number {
    return this.#droppedBefore + (this.#exporter?.dropped ?? 0);
  }

  /** Where it goes and whether it arrives; undefined while nothing is sent. */
  view(): TelemetryView | undefined {
    const exporter = this.#exporter;
    if (exporter === undefined) return undefined;
    const problem = exporter.problem();
    return { ...this.#destinations, dropped: this.dropped, ...(problem !== undefined && { problem }) };
  }

  problems(): Problem[] {
    const sending = this.#exporter?.problem();
    return [
      ...this.#problems.map((message) => ({ message: `OpenTelemetry: ${message}`, fix: 'gw config edit' })),
      ...(sending === undefined
        ? []
        : [
            {
              message: `the OpenTelemetry collector does not take all (${sending}); ${this.dropped} requests were not told of`,
              fix: 'start the collector, or: gw config set otel.enabled false',
            },
          ]),
    ];
  }

  /** Sends what is left, for two seconds at most. */
  close(): Promise<void> {
    const exporter = this.#exporter;
    this.#exporter = undefined;
    this.#tracesShare = undefined;
    return this.#end(exporter);
  }

  async #begin(settings: OtelSettings, env: Readonly<Record<string, string | undefined>>): Promise<void> {
    try {
      const { Exporter, planExport } = await import('../observe/index.ts');
      const { instance, version, startedAt, clock, log, families } = this.#parts;
      const plan = planExport(settings, env);
      this.#problems = plan.problems;
      for (const reason of plan.problems) log.write('warn', 'export-limited', { reason });
      if (!plan.traces && !plan.metrics) return;
      const resource = { ...plan.resource, 'service.version': version, 'service.instance.id': instance };
      this.#exporter = new Exporter({
        plan,
        sender: { resource, version },
        post: postJson,
        clock,
        log,
        startedAt,
        families,
        random: Math.random,
        describe: (name) => this.#loaded?.profile.providers.find((provider) => provider.name === name),
        newSpanId: () => this.newSpanId(),
        begin: (parent) => this.begin(parent),
      });
      if (plan.traces) this.#tracesShare = plan.sample;
      this.#destinations = {
        ...(plan.traces && { traces: new URL(plan.traces.url).origin }),
        ...(plan.metrics && { metrics: new URL(plan.metrics.url).origin }),
      };
      log.write('info', 'export-started', { traces: plan.traces?.url, metrics: plan.metrics?.url });
    } catch (error) {
      this.#problems = [`nothing can be sent: ${errorMessage(error)}`];
    }
  }

  async #end(exporter: Exporter | undefined): Promise<void> {
    if (exporter === undefined) return;
    const late = new Promise<void>((resolve) => void this.#parts.clock.after(CLOSE_MS, resolve));
    await Promise.race([exporter.close(), late]);
    exporter.giveUp();
    this.#droppedBefore += exporter.dropped;
  }
}
