import type { Handlers, Problem, Status } from '../control/index.ts';
import type { AlertSettings } from '../core/alerts.ts';
import { DEFAULT_ALERTS } from '../core/alerts.ts';
import { usedWords } from '../core/budget.ts';
import type { OfflineView } from '../core/network.ts';
import { failed } from '../core/outcome.ts';
import type { LogPort } from '../core/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/expect.ts';
import type { HttpProxyRule } from '../lib/http-proxy.ts';
import { askOnce, type Meter, Purse } from '../proxy/index.ts';
import type { AlertSink } from './alerts/alert.ts';
import { AlertDesk } from './alerts/desk.ts';
import { desktopSink } from './alerts/desktop.ts';
import { budgetAlert, Watch } from './alerts/watch.ts';
import { WebhookSink } from './alerts/webhook.ts';
import type { Loaded } from './loaded.ts';
import type { Observatory } from './observatory.ts';
import { recallSpending } from './spent.ts';

/** Soon enough for whoever is not looking anyway. */
const LOOK_MS = 2_000;
const LOOKED_AT = 200;

/** What the guard works with. */
export interface GuardParts {
  /** Of the record of requests. */
  readonly database: string;
  readonly clock: Clock;
  readonly log: LogPort;
  readonly version: string;
  readonly observatory: Pick<Observatory, 'incidents' | 'newest'>;
  readonly httpProxyFor: HttpProxyRule;
  /** Has everything that has ended written into the record. */
  readonly flush: () => Promise<void>;
}

/** What budgets, limits and alerts have the daemon do. Without any of them it does nothing, and no timer runs. */
export class Guard {
  readonly purse = new Purse();
  readonly #parts: GuardParts;
  #desk: AlertDesk;
  #problems: readonly Problem[] = [];
  /** Whom is told what: a reload that changes nothing of it must not tell everything anew. */
  #wiring = '';
  #stop: (() => void) | undefined;
  /** Told once the proxy is there. */
  offline: () => OfflineView | undefined = () => undefined;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    this.#desk = new AlertDesk({ ...parts, settings: DEFAULT_ALERTS, sinks: [] });
    this.purse.budgets.listener = ({ view, share }) => {
      const { clock, log } = this.#parts;
      const words = usedWords(view, view.holder);
      log.write(share >= 1 ? 'warn' : 'info', 'budget-reached', { budget: words, action: view.action });
      this.#desk.tell(budgetAlert(view, clock.now()));
    };
  }

  /** From now on this profile's budgets, limits and alerts hold. What was spent before is looked up in the record. */
  async apply({ profile, settings, keys }: Pick<Loaded, 'profile' | 'settings' | 'keys'>): Promise<void> {
    const now = this.#parts.clock.now();
    this.#watch(settings.alerts, keys);
    const fresh = this.purse.apply(profile, now);
    if (fresh.length > 0) await this.#restore(fresh, now);
  }

  /** What a status says of it. */
  status(now: number): Pick<Status, 'budgets' | 'rates'> {
    const budgets = this.purse.budgets.views(now);
    const rates = this.purse.rates.views();
    return { ...(budgets.length > 0 && { budgets }), ...(rates.length > 0 && { rates }) };
  }

  problems(): readonly Problem[] {
    return this.#problems;
  }

  handlers(): Pick<Handlers, 'test-alerts'> {
    return { 'test-alerts': async () => ({ sent: await this.#desk.test() }) };
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#desk.close();
  }

  /** Requests that began before `now`; what begins later is counted as it ends. */
  async #restore(meters: readonly Meter[], now: number): Promise<void> {
    const { database, log, flush } = this.#parts;
    await flush();
    const recalled = await recallSpending({ meters, budgets: this.purse.budgets }, database, now).catch(
      (error: unknown) => failed(errorMessage(error)),
    );
    if (recalled.is === 'ok') log.write('info', 'budgets-restored', { requests: recalled.value });
    else log.write('warn', 'budgets-not-restored', { reason: recalled.fault });
  }

  #watch(settings: AlertSettings = DEFAULT_ALERTS, keys: Loaded['keys']): void {
    const { clock } = this.#parts;
    const url = settings.webhook && keys.resolve(settings.webhook)?.reveal();
    const wiring = JSON.stringify([settings, url]);
    if (wiring === this.#wiring) return;
    this.#wiring = wiring;
    this.close();
    const sinks = this.#sinks(settings, url);
    this.#desk = new AlertDesk({ ...this.#parts, settings, sinks });
    if (sinks.length === 0) return;
    const watch = new Watch();
    const look = (): void => {
      const { observatory } = this.#parts;
      const now = clock.now();
      const sight = {
        now,
        incidents: observatory.incidents(now),
        ended: observatory.newest(LOOKED_AT),
        offline: this.offline(),
      };
      for (const alert of watch.look(sight)) this.#desk.tell(alert);
      this.#stop = clock.after(LOOK_MS, look);
    };
    look();
  }

  #sinks({ desktop, webhook }: AlertSettings, url: string | undefined): AlertSink[] {
    const sinks: AlertSink[] = desktop ? [desktopSink(process.platform)] : [];
    this.#problems = [];
    if (!webhook) return sinks;
    if (url === undefined || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      const why = url === undefined ? 'its address does not resolve' : 'what it refers to is no http address';
      this.#problems = [
        { message: `alerts are not posted: ${why}`, fix: 'gw config get alerts, then: gw reload' },
      ];
      return sinks;
    }
    const { clock, version, httpProxyFor } = this.#parts;
    const headers = { 'content-type': 'application/json', 'user-agent': `gw/${version}` };
    const post = (to: string, body: string): Promise<{ status: number }> =>
      askOnce({ method: 'POST', url: to, headers, body }, httpProxyFor);
    return [...sinks, new WebhookSink({ url, post, clock, version })];
  }
}
