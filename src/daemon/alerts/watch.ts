import { type BudgetView, usedWords } from '../../core/budget.ts';
import { FAULTS } from '../../core/fault.ts';
import type { Incident } from '../../core/health.ts';
import type { OfflineView } from '../../core/network.ts';
import { targetName } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { Alert } from './alert.ts';

/** What is looked at, as it is now. */
export interface Sight {
  readonly now: number;
  readonly incidents: readonly Incident[];
  /** Finished exchanges, newest first. */
  readonly ended: readonly Trail[];
  readonly offline: OfflineView | undefined;
}

/** Finds what is new in what is seen from time to time. What was there at the first look is no news. */
export class Watch {
  /** Incidents that were told of, by id: whether they are over. */
  #incidents: Map<string, boolean> | undefined;
  #down = new Map<string, number>();
  /** The newest exchange that was looked at. */
  #seen: string | undefined;
  #offlineSince: number | undefined;

  look(sight: Sight): Alert[] {
    return [...this.#failovers(sight), ...this.#routes(sight), ...this.#network(sight)];
  }

  #failovers({ incidents, now }: Sight): Alert[] {
    const before = this.#incidents;
    this.#incidents = new Map(incidents.map(({ id, over }) => [id, over]));
    if (before === undefined) return [];
    return incidents.flatMap((incident): Alert[] => {
      const known = before.get(incident.id);
      if (known === undefined && incident.over) return [];
      if (known === incident.over) return [];
      return [incident.over ? overAlert(incident, now) : failoverAlert(incident, now)];
    });
  }

  /** A route is down when nobody could serve a request to it, until one is served again. */
  #routes({ ended, now }: Sight): Alert[] {
    const alerts: Alert[] = [];
    const news = ended.findIndex(({ id }) => id === this.#seen);
    const isFirst = this.#seen === undefined;
    this.#seen = ended[0]?.id ?? this.#seen ?? '';
    if (isFirst) return [];
    for (const trail of (news === -1 ? ended : ended.slice(0, news)).toReversed()) {
      const { route } = trail;
      if (route === undefined || trail.rehearsal === true) continue;
      const since = this.#down.get(route);
      if (isLost(trail) && since === undefined) {
        this.#down.set(route, trail.at);
        alerts.push(downAlert(trail, route, now));
      } else if (trail.outcome === 'served' && trail.served !== undefined && since !== undefined) {
        this.#down.delete(route);
        alerts.push(upAlert(trail, route, since, now));
      }
    }
    return alerts;
  }

  #network({ offline, now }: Sight): Alert[] {
    const since = this.#offlineSince;
    this.#offlineSince = offline?.since;
    if (offline !== undefined && since === undefined) {
      const message = `${offline.message}; gw goes on by itself`;
      return [{ kind: 'offline', title: 'gw: this computer is offline', message, at: now }];
    }
    if (offline !== undefined || since === undefined) return [];
    const message = `It was offline for ${formatDuration(Math.max(0, now - since))}.`;
    return [{ kind: 'offline', title: 'gw: this computer is online again', message, at: now }];
  }
}

/** A budget reached one of its shares. */
export function budgetAlert(view: BudgetView, now: number): Alert {
  const followed = {
    warn: '',
    block: ' Requests are refused now.',
    cheaper: ' Only cheaper targets are asked now.',
  };
  const message = `${usedWords(view, view.holder)} is used.${view.share >= 1 ? followed[view.action] : ''}`;
  const title = view.share >= 1 ? 'gw: a budget is used up' : 'gw: a budget is nearly used up';
  return { kind: 'budget', title, message, at: now };
}

/** Nobody could serve it, and that was not its own doing. */
function isLost({ outcome, fault, plan, attempts }: Trail): boolean {
  if (outcome !== 'failed' || fault === undefined || plan.length === 0) return false;
  if (attempts.length > 0 && attempts.every(({ impatient }) => impatient)) return false;
  return fault === 'exhausted' || FAULTS[fault].scope !== 'request';
}

function failoverAlert({ target, reason, to }: Incident, now: number): Alert {
  const name = targetName(target);
  const [instead] = Object.keys(to);
  const serving = instead === undefined ? 'Nobody could stand in yet.' : `${instead} serves instead.`;
  return {
    kind: 'failover',
    title: `gw: ${name} fails`,
    message: `${FAULTS[reason].sentence}. ${serving}`,
    at: now,
  };
}

function overAlert({ target, reason, rescued, lost, from, last }: Incident, now: number): Alert {
  const span = formatDuration(Math.max(0, last - from));
  const message = `${FAULTS[reason].sentence}, for ${span}; ${rescued} requests were served by others, ${lost} by nobody.`;
  return { kind: 'failover', title: `gw: ${targetName(target)} fails no longer`, message, at: now };
}

function downAlert({ plan, fault }: Trail, route: string, now: number): Alert {
  const names = plan.map(({ target }) => targetName(target)).join(', ');
  const why = fault === undefined ? '' : `: ${FAULTS[fault].sentence}`;
  return {
    kind: 'down',
    title: `gw: nobody serves route ${route}`,
    message: `Asked were ${names}${why}.`,
    at: now,
  };
}

function upAlert({ served }: Trail, route: string, since: number, now: number): Alert {
  const span = formatDuration(Math.max(0, now - since));
  const by = served === undefined ? '' : ` by ${targetName(served)}`;
  return {
    kind: 'down',
    title: `gw: route ${route} is served again`,
    message: `After ${span}${by}.`,
    at: now,
  };
}
