import type { Policy } from '../../core/policy.ts';
import { parseDuration } from '../../lib/duration.ts';
import { deadlineFrom } from '../../resilience/index.ts';
import type { Exchange } from '../exchange.ts';
import type { ReadHeaders } from './headers.ts';

/** An error must arrive before its caller gives up: the way back, and a busy computer on either side of it. */
const MARGIN_SHARE = 0.1;
const MARGIN_LEAST_MS = 100;
const MARGIN_MOST_MS = 1000;

/** How long a caller waits until its answer begins, and which header said so. */
export interface Patience {
  readonly ms: number;
  readonly from: string;
}

/** What the caller said about that: its wish to gw counts as it is, what its SDK does to itself with a margin. */
export function patienceOf({ timeout, sdkTimeoutMs, sdkTimeoutHeader }: ReadHeaders): Patience | undefined {
  const wished = timeout === undefined ? undefined : parseTimeout(timeout);
  if (wished !== undefined) return { ms: wished, from: 'x-gw-timeout' };
  if (sdkTimeoutMs === undefined || sdkTimeoutHeader === undefined) return undefined;
  const margin = Math.min(MARGIN_MOST_MS, Math.max(MARGIN_LEAST_MS, sdkTimeoutMs * MARGIN_SHARE));
  return { ms: Math.max(1, sdkTimeoutMs - margin), from: sdkTimeoutHeader };
}

/** When the answer to this exchange must have begun, in milliseconds since it came; noted where the caller decided it. */
export function deadlineOf({ headers, trail }: Exchange, policy: Policy): number {
  const patience = patienceOf(headers);
  if (patience !== undefined && patience.ms < policy.totalMs) {
    trail.deadlineMs = Math.round(patience.ms);
    trail.deadlineFrom = patience.from;
  }
  return deadlineFrom(0, policy, patience?.ms);
}

/** Milliseconds in `30s`, `500ms` or a bare number of milliseconds. */
export function parseTimeout(text: string): number | undefined {
  const ms = /^\d+$/.test(text) ? Number(text) : parseDuration(text);
  return ms !== undefined && ms > 0 ? ms : undefined;
}
