import type { KeyReference } from './profile.ts';

/** What may be alerted of, in words. */
export const ALERT_KINDS = {
  failover: 'a target fails and another one serves instead, and when that is over',
  budget: 'a budget reaches one of its shares',
  down: 'every target of a route failed, and when one serves again',
  offline: 'this computer lost its network, and when it is back',
} as const;
export type AlertKind = keyof typeof ALERT_KINDS;

/** Whom gw tells when something happens while nobody looks. */
export interface AlertSettings {
  readonly on: readonly AlertKind[];
  /** Notifications of this computer's desktop. */
  readonly desktop: boolean;
  /** Where the address is kept that alerts are posted to: such addresses often are credentials. */
  readonly webhook?: KeyReference;
  /** Minutes of the local day between which nothing is told; over midnight where the first is the larger one. */
  readonly quiet?: QuietHours;
  /** Alerts of one kind are at least so far apart; what happens in between is told together. */
  readonly atMostEveryMs: number;
}

/** Minutes since midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

/** Off until somebody says where to. Five minutes: an outage that lasts an hour must not ring a hundred times. */
export const DEFAULT_ALERTS: AlertSettings = {
  on: ['failover', 'budget', 'down', 'offline'],
  desktop: false,
  atMostEveryMs: 5 * 60_000,
};
