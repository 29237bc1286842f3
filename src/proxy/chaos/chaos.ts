import { type ChaosOrder, type ChaosPlay, chaosPlace, type ChaosView } from '../../core/chaos.ts';
import type { FormatName } from '../../core/operation.ts';
import type { Target } from '../../core/target.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AttemptResult } from '../attempt-order.ts';
import type { Line, Upstream } from '../connections/upstream.ts';
import { ChaosLine } from './chaos-line.ts';
import { SimulatedProvider } from './drill.ts';

/** What chaos does to one attempt. */
export interface Injection {
  /** As it was asked for; stands in the trail. */
  readonly fault: string;
  /** It is answered on this machine, and gets these headers instead of a credential. */
  readonly headers: readonly string[] | undefined;
  /** What the attempt speaks to. */
  line(upstream: Upstream, format: FormatName): Line;
  /** The attempt has marked something that must not outlive the chaos. */
  marks(marked: Marked): void;
}

/** What remembers failures, and can forget those that were made on purpose. */
export interface Marked {
  forgetInjected(): void;
}

/** The result of an attempt that chaos met, so that everybody who is told of it learns that it was made on purpose. */
export function toldAsInjected(result: AttemptResult, injection: Injection | undefined): AttemptResult {
  if (injection === undefined || (result.is !== 'failed' && result.is !== 'cut')) return result;
  const message = `injected by gw chaos (${injection.fault}): ${result.fault.message}`;
  return { ...result, fault: { ...result.fault, message, injected: true } };
}

/** Who hears of what begins and ends. */
export interface ChaosWatch {
  began(view: ChaosView): void;
  ended(view: ChaosView, why: ChaosEnd): void;
}

/** Why a fault is no longer put into anything. */
export type ChaosEnd = 'time' | 'stopped' | 'replaced' | 'shutdown';

/** Faults that are being put into live traffic. At most one per provider, and one per model of it. */
export class ChaosBook {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #running = new Map<string, Running>();
  /** While nothing runs, an attempt meets this one undefined. */
  active: ChaosBook | undefined;
  watch: ChaosWatch | undefined;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins; what runs at the same place ends. */
  start(order: ChaosOrder): ChaosView {
    const place = chaosPlace(order);
    this.#end(place, 'replaced');
    const running = new Running(order, this.#clock);
    running.cancel = this.#clock.after(order.delayMs + order.lastsMs, () => this.#end(place, 'time'));
    this.#running.set(place, running);
    this.active = this;
    this.watch?.began(running.view);
    return running.view;
  }

  /** Ends what runs at a provider, at one model of it, or everywhere; answers with what ended. */
  stop(at: Pick<ChaosView, 'model'> & { readonly provider?: string }): readonly ChaosView[] {
    const ended = [...this.#running.values()].filter(
      ({ order }) =>
        (at.provider === undefined || order.provider === at.provider) &&
        (at.model === undefined || order.model === at.model),
    );
    return ended.map(({ order, view }) => {
      this.#end(chaosPlace(order), 'stopped');
      return view;
    });
  }

  list(): readonly ChaosView[] {
    this.#endOverdue(this.#clock.now());
    return [...this.#running.values()].map(({ view }) => view);
  }

  /** What this attempt meets, if anything. */
  meet({ provider, model }: Target): Injection | undefined {
    const now = this.#clock.now();
    this.#endOverdue(now);
    const running = this.#running.get(`${provider}/${model}`) ?? this.#running.get(provider);
    return running?.meets(now, this.#random) === true ? running : undefined;
  }

  close(): void {
    for (const place of this.#running.keys()) this.#end(place, 'shutdown');
  }

  /** A computer that slept through the end has its timers late. */
  #endOverdue(now: number): void {
    for (const [place, { endsAt }] of this.#running) if (now >= endsAt) this.#end(place, 'time');
  }

  #end(place: string, why: ChaosEnd): void {
    const running = this.#running.get(place);
    if (running === undefined) return;
    this.#running.delete(place);
    if (this.#running.size === 0) this.active = undefined;
    running.end();
    this.watch?.ended(running.view, why);
  }
}

class Running implements Injection {
  readonly order: ChaosOrder;
  readonly #clock: Clock;
  readonly #startsAt: number;
  readonly #simulator: SimulatedProvider | undefined;
  readonly #marked = new Set<Marked>();
  #attempts = 0;
  #injected = 0;
  #over = false;
  cancel: (() => void) | undefined;

  constructor(order: ChaosOrder, clock: Clock) {
    this.order = order;
    this.#clock = clock;
    this.#startsAt = clock.now() + order.delayMs;
    const { simulatorOrigin: origin } = order;
    this.#simulator = origin === undefined ? undefined : new SimulatedProvider(origin);
  }

  get endsAt(): number {
    return this.#startsAt + this.order.lastsMs;
  }

  get fault(): string {
    return this.order.fault;
  }

  get headers(): readonly string[] | undefined {
    const { play } = this.order;
    return play.is === 'answered' ? ['x-sim-fault', play.text] : undefined;
  }

  get view(): ChaosView {
    const { provider, model, fault, rate, play } = this.order;
    return {
      provider,
      ...(model === undefined ? {} : { model }),
      fault,
      rate,
      startsAt: this.#startsAt,
      endsAt: this.endsAt,
      asks: play.is === 'slowed' || play.is === 'broken',
      attempts: this.#attempts,
      injected: this.#injected,
    };
  }

  meets(now: number, random: () => number): boolean {
    const { skip, most, rate } = this.order;
    if (now < this.#startsAt) return false;
    this.#attempts++;
    if (this.#attempts <= skip || this.#injected >= most || (rate < 1 && random() >= rate)) return false;
    this.#injected++;
    return true;
  }

  line(upstream: Upstream, format: FormatName): Line {
    const { play } = this.order;
    return play.is === 'answered'
      ? (this.#simulator?.upstream(format) ?? upstream)
      : bend(upstream, play, this.#clock);
  }

  marks(marked: Marked): void {
    // What ends after the chaos did would be held against the provider for good.
    if (this.#over) marked.forgetInjected();
    else this.#marked.add(marked);
  }

  end(): void {
    this.#over = true;
    this.cancel?.();
    for (const marked of this.#marked) marked.forgetInjected();
    this.#marked.clear();
    void this.#simulator?.close();
  }
}

function bend(upstream: Upstream, play: Exclude<ChaosPlay, { is: 'answered' }>, clock: Clock): Line {
  return { prefix: upstream.prefix, pool: new ChaosLine(() => upstream.pool, play, clock) };
}
