import type { AlertSettings, QuietHours } from '../../core/alerts.ts';
import type { LogPort } from '../../core/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { type Alert, type AlertSink, joinAlerts, safeAlert } from './alert.ts';

/** What is kept of one kind while nothing may be told; of more only the latest. */
const MOST_KEPT = 50;

/** What the desk works with. */
export interface DeskParts {
  readonly settings: AlertSettings;
  readonly sinks: readonly AlertSink[];
  readonly clock: Clock;
  readonly log: LogPort;
}

/**
 * Decides when alerts are told: at most one of a kind in a while, none in quiet hours. What happens in between is told
 * together afterwards, so nothing is lost and nobody is flooded.
 */
export class AlertDesk {
  readonly #parts: DeskParts;
  readonly #waiting = new Map<Alert['kind'], Alert[]>();
  readonly #toldAt = new Map<Alert['kind'], number>();
  readonly #timers = new Map<Alert['kind'], () => void>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Somebody wants to hear of this kind. */
  hears(kind: AlertSettings['on'][number]): boolean {
    return this.#parts.sinks.length > 0 && this.#parts.settings.on.includes(kind);
  }

  tell(alert: Alert): void {
    if (alert.kind === 'test' || !this.hears(alert.kind)) return;
    const waiting = this.#waiting.get(alert.kind) ?? [];
    waiting.push(safeAlert(alert));
    if (waiting.length > MOST_KEPT) waiting.shift();
    this.#waiting.set(alert.kind, waiting);
    this.#schedule(alert.kind);
  }

  /** Tells every sink at once, whatever the hour; answers with how it went. */
  async test(): Promise<readonly { readonly sink: AlertSink['name']; readonly problem?: string }[]> {
    const alert: Alert = {
      kind: 'test',
      title: 'gw: a test',
      message: 'Alerts of gw arrive here.',
      at: this.#parts.clock.now(),
    };
    return Promise.all(
      this.#parts.sinks.map(async (sink) => {
        const problem = await sink.send(alert);
        return { sink: sink.name, ...(problem !== undefined && { problem }) };
      }),
    );
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#waiting.clear();
  }

  #schedule(kind: Alert['kind']): void {
    if (this.#timers.has(kind)) return;
    const waitMs = this.#waitMs(kind);
    if (waitMs <= 0) this.#flush(kind);
    else
      this.#timers.set(
        kind,
        this.#parts.clock.after(waitMs, () => this.#due(kind)),
      );
  }

  #due(kind: Alert['kind']): void {
    this.#timers.delete(kind);
    // A computer that slept, or a clock that was set, may have it too early.
    this.#schedule(kind);
  }

  #waitMs(kind: Alert['kind']): number {
    const { settings, clock } = this.#parts;
    const now = clock.now();
    const toldAt = this.#toldAt.get(kind) ?? -Infinity;
    // Told in the future: the clock was set back, and nobody should wait for it to come round.
    const apart = toldAt > now ? 0 : toldAt + settings.atMostEveryMs - now;
    return Math.max(apart, settings.quiet ? quietForMs(settings.quiet, now) : 0);
  }

  #flush(kind: Alert['kind']): void {
    const { clock, sinks } = this.#parts;
    const joined = joinAlerts(this.#waiting.get(kind) ?? []);
    this.#waiting.delete(kind);
    if (joined === undefined) return;
    this.#toldAt.set(kind, clock.now());
    for (const sink of sinks) void this.#send(sink, joined);
  }

  async #send(sink: AlertSink, alert: Alert): Promise<void> {
    const problem = await sink.send(safeAlert(alert));
    if (problem !== undefined) this.#parts.log.write('warn', 'alert-not-sent', { sink: sink.name, problem });
  }
}

/** How long it is until the quiet hours end; 0 outside of them. */
export function quietForMs({ from, to }: QuietHours, now: number): number {
  const date = new Date(now);
  const minute = date.getHours() * 60 + date.getMinutes();
  const isQuiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!isQuiet) return 0;
  const day = date.getDate() + (minute < to ? 0 : 1);
  // Made by the calendar: in the night in which clocks are changed, it is an hour more or less.
  return new Date(date.getFullYear(), date.getMonth(), day, 0, to).getTime() - now;
}
