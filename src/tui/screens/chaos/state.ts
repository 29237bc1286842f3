import { CHAOS_WORDS } from '../../../core/chaos.ts';
import type { Seen, Turn } from '../../behaviour.ts';
import { chaosRate } from '../../present/chaos.ts';
import { bodyRows } from '../../size.ts';

/** What is put together before a provider fails on purpose. */
export interface ChaosScreen {
  readonly is: 'chaos';
  readonly provider: string;
  /** The model it was opened from. */
  readonly model: string;
  /** Only that model fails, not the whole provider. */
  readonly narrow: boolean;
  /** Which of `FAULTS`; the typed one stands behind them. */
  readonly fault: number;
  /** A fault in the simulator's notation; empty while none was typed. */
  readonly typed: string;
  readonly rate: number;
  readonly time: number;
}

export type ChaosAction =
  | 'up'
  | 'down'
  | 'first'
  | 'last'
  | 'rate'
  | 'time'
  | 'narrow'
  | 'type'
  | 'start'
  | 'leave';

/** The faults offered, the best known first. */
export const FAULTS = CHAOS_WORDS.map(({ name }) => name);
export const RATES = [1, 0.5, 0.2, 0.05] as const;
export const TIMES_MS = [300_000, 60_000, 900_000, 3_600_000] as const;

/** Title, three facts, and a blank line before the list. */
const HEAD_ROWS = 5;

/** The screen for a target, with what is likeliest to be wanted. */
export function chaosScreen(provider: string, model: string): ChaosScreen {
  return { is: 'chaos', provider, model, narrow: false, fault: 0, typed: '', rate: 0, time: 0 };
}

/** What a key's action does to it. */
export function actOnChaos({ screen }: Seen<ChaosScreen>, action: ChaosAction): Turn<ChaosScreen> {
  const last = screen.typed === '' ? FAULTS.length - 1 : FAULTS.length;
  const at = (fault: number): Turn<ChaosScreen> => ({
    is: 'stay',
    screen: { ...screen, fault: Math.max(0, Math.min(last, fault)) },
  });
  switch (action) {
    case 'up':
      return at(screen.fault - 1);
    case 'down':
      return at(screen.fault + 1);
    case 'first':
      return at(0);
    case 'last':
      return at(last);
    case 'rate':
      return { is: 'stay', screen: { ...screen, rate: (screen.rate + 1) % RATES.length } };
    case 'time':
      return { is: 'stay', screen: { ...screen, time: (screen.time + 1) % TIMES_MS.length } };
    case 'narrow':
      return { is: 'stay', screen: { ...screen, narrow: !screen.narrow } };
    case 'type':
      return { is: 'ask', label: 'fault', text: chosenFault(screen) };
    case 'start':
      return started(screen);
    case 'leave':
      return { is: 'back' };
  }
}

/** Takes a fault that is typed, in the simulator's notation. */
export function typedIntoChaos({ screen }: Seen<ChaosScreen>, text: string): ChaosScreen {
  const typed = text.trim();
  return { ...screen, typed, fault: typed === '' ? 0 : FAULTS.length };
}

/** The fault under the cursor, as the daemon takes it. */
export function chosenFault({ fault, typed }: ChaosScreen): string {
  return FAULTS[fault] ?? typed;
}

/** How many faults fit below what is said above them. */
export function faultRows({ world }: Seen<ChaosScreen>): number {
  return Math.max(1, bodyRows(world.size) - HEAD_ROWS);
}

function started(screen: ChaosScreen): Turn<ChaosScreen> {
  const { provider, model, narrow } = screen;
  const [rate, forMs] = [RATES[screen.rate] ?? 1, TIMES_MS[screen.time] ?? TIMES_MS[0]];
  const fault = chosenFault(screen);
  const place = narrow ? `${provider}/${model}` : provider;
  return {
    is: 'confirm',
    question: `have ${place} fail under live traffic: ${fault}, ${chaosRate(rate)}, for ${forMs / 60_000} min?`,
    deed: { is: 'start-chaos', provider, ...(narrow ? { model } : {}), fault, rate, forMs },
  };
}
