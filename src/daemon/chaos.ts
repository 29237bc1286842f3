import { ControlError, type Handlers, type Methods } from '../control/index.ts';
import { CHAOS_LASTS_AT_MOST_MS, CHAOS_LASTS_MS, type ChaosView } from '../core/chaos.ts';
import type { LogPort } from '../core/ports.ts';
import type { Provider } from '../core/profile.ts';
import { nearest } from '../lib/nearest.ts';
import type { ChaosBook } from '../proxy/index.ts';
import { parseChaosFault } from './chaos-fault.ts';

const MIN_LASTS_MS = 1_000;

/** What putting faults into live traffic needs of the daemon. */
export interface ChaosGround {
  readonly book: ChaosBook;
  readonly log: Pick<LogPort, 'write'>;
  readonly providers: () => readonly Provider[];
  /** Where the simulator answers; started by the first who asks. */
  readonly simulatorOrigin: () => Promise<string>;
  /** Every viewer should see it at once. */
  readonly statusChanged: () => void;
}

/** Starts and stops chaos, and writes both into the log. */
export function chaosHandlers(ground: ChaosGround): Pick<Handlers, 'start-chaos' | 'stop-chaos'> {
  const { book, statusChanged } = ground;
  watchChaos(ground);
  return {
    'start-chaos': async (params) => {
      const view = await startChaos(ground, params);
      statusChanged();
      return { chaos: view };
    },
    'stop-chaos': (params) => {
      const stopped = book.stop(params);
      statusChanged();
      return { stopped };
    },
  };
}

function watchChaos({ book, log, statusChanged }: ChaosGround): void {
  book.watch = {
    began: ({ startsAt, endsAt, ...view }) => {
      const until = new Date(endsAt).toISOString();
      log.write('warn', 'chaos-started', { ...view, from: new Date(startsAt).toISOString(), until });
    },
    ended: ({ provider, model, fault, attempts, injected }, why) => {
      log.write('warn', 'chaos-ended', { provider, model, fault, why, attempts, injected });
      statusChanged();
    },
  };
}

async function startChaos(
  { book, providers, simulatorOrigin }: ChaosGround,
  { provider, model, fault, rate, forMs, afterMs }: Methods['start-chaos']['params'],
): Promise<ChaosView> {
  const names = providers().map(({ name }) => name);
  if (!names.includes(provider)) throw unknownProvider(provider, names);
  const parsed = await parseChaosFault(fault);
  if (parsed.is === 'failed') throw new ControlError('declined', parsed.fault, 'gw chaos --help');
  const { play, skip, most, share } = parsed.value;
  const lastsMs = Math.max(MIN_LASTS_MS, Math.min(forMs ?? CHAOS_LASTS_MS, CHAOS_LASTS_AT_MOST_MS));
  return book.start({
    provider,
    ...(model === undefined ? {} : { model }),
    fault,
    play,
    rate: Math.max(0, Math.min(rate ?? share, 1)),
    skip,
    most,
    delayMs: Math.max(0, Math.min(afterMs ?? 0, CHAOS_LASTS_AT_MOST_MS)),
    lastsMs,
    simulatorOrigin: play.is === 'answered' ? await simulatorOrigin() : undefined,
  });
}

function unknownProvider(name: string, names: readonly string[]): ControlError {
  const meant = nearest(name, names);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return new ControlError('declined', `the profile has no provider ${name}${hint}`, 'gw provider list');
}
