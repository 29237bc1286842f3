import type { AlertKind } from '../../core/alerts.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';

/** Something worth telling a person who does not look. */
export interface Alert {
  readonly kind: AlertKind | 'test';
  /** In a few words. */
  readonly title: string;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Where alerts go. Never rejects. */
export interface AlertSink {
  readonly name: 'desktop' | 'webhook';
  /** Answers with why it could not be told. */
  send(alert: Alert): Promise<string | undefined>;
}

const LONGEST_TITLE = 100;
const LONGEST_MESSAGE = 1_000;
/** Of what is told together, so many are told one by one. */
const TOLD_TOGETHER = 5;

/** An alert whose text can be shown anywhere: one line, no control characters, bounded. */
export function safeAlert({ kind, title, message, at }: Alert): Alert {
  return { kind, at, title: shortened(title, LONGEST_TITLE), message: shortened(message, LONGEST_MESSAGE) };
}

/** Several alerts of one kind as one: the latest of them, then how many more. */
export function joinAlerts(alerts: readonly Alert[]): Alert | undefined {
  const last = alerts.at(-1);
  if (last === undefined || alerts.length === 1) return last;
  const told = alerts.slice(-TOLD_TOGETHER).map(({ title }) => title);
  const more = alerts.length - told.length;
  const message = `${told.join('; ')}${more > 0 ? `; and ${more} before` : ''}`;
  return { ...last, title: `${alerts.length} alerts: ${last.title}`, message };
}

function shortened(text: string, most: number): string {
  const safe = terminalSafe(text);
  return safe.length <= most ? safe : `${safe.slice(0, most - 1)}…`;
}
