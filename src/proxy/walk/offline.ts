import type { Fault } from '../../core/fault.ts';
import type { Target } from '../../core/target.ts';
import type { Failure } from '../../resilience/index.ts';
import type { Exchange } from '../exchange.ts';
import type { OwnNetwork } from '../network/own-network.ts';

// A laptop that was just opened has its network back within that; its owner has seen nothing fail yet.
const WAKING_MS = 5_000;
const LOOK_MS = 100;

/** Worth asking again so soon: one look at the network later. An SDK that is told so bridges a gap of seconds. */
export const BACK_SOON_MS = 2_000;

/**
 * Waits until it is known whether failures are this computer's own, and if so and it has just woken, for its network;
 * true when the network is back, so that the whole plan is worth another turn.
 */
export async function waitForNetwork(
  exchange: Exchange,
  network: OwnNetwork,
  failures: readonly Failure[],
  remainingMs: number,
): Promise<boolean> {
  await network.settled();
  if (!network.isOffline || !network.justWoke || !isOwnTrouble(exchange, failures.slice(-1))) return false;
  const until = exchange.elapsed() + Math.min(WAKING_MS, remainingMs);
  while (network.isOffline && !exchange.over && exchange.elapsed() < until) await exchange.wait(LOOK_MS);
  return !network.isOffline && !exchange.over;
}

/** What the caller is told when nothing served and this computer is offline; undefined when that is not the reason. */
export function offlineToTell(
  exchange: Exchange,
  network: OwnNetwork | undefined,
  failures: readonly Failure[],
): Fault | undefined {
  return network !== undefined && isOwnTrouble(exchange, failures) ? network.fault() : undefined;
}

/** Writes into the plan that a target was left out because this computer is offline. */
export function noteAway({ trail }: Exchange, target: Target, away: Fault): void {
  trail.plan = trail.plan.map((planned) =>
    planned.target === target ? { ...planned, skipped: away.message, fault: away.code } : planned,
  );
}

/** An attempt's failure is taken back in the trail once it is known whose it was. */
function isOwnTrouble({ trail }: Exchange, failures: readonly Failure[]): boolean {
  return failures.some(
    ({ target, fault: { code } }) =>
      code === 'offline' ||
      trail.attempts.some((attempt) => attempt.target === target && attempt.fault === 'offline'),
  );
}
