import { CHAOS_WORDS } from '../../../core/chaos.ts';
import type { Seen } from '../../behaviour.ts';
import { chaosRate } from '../../present/chaos.ts';
import { fitText, foreign, type Line, span } from '../../present/line.ts';
import { type ChaosScreen, faultRows, RATES, TIMES_MS } from './state.ts';

const NAME_WIDTH = 18;

/** What fails, how often, how long, and the faults to choose from. */
export function chaosLines(seen: Seen<ChaosScreen>): readonly Line[] {
  return [...headLines(seen.screen), ...faultLines(seen)];
}

function headLines({ provider, model, narrow, rate, time }: ChaosScreen): readonly Line[] {
  const place = foreign(narrow ? `${provider}/${model}` : provider);
  const share = chaosRate(RATES[rate] ?? 1);
  const minutes = (TIMES_MS[time] ?? TIMES_MS[0]) / 60_000;
  return [
    [span('  '), span('HAVE IT FAIL ON PURPOSE', 'heading')],
    fact('what', place, 'm', narrow ? 'this model alone' : 'the whole provider'),
    fact('how often', share, 'r', 'of what it is asked by live traffic'),
    fact('how long', `${minutes} min`, 't', 'then, or by c on the providers, it ends and is forgotten'),
    [],
  ];
}

function fact(label: string, value: string, key: string, more: string): Line {
  return [
    span(`  ${key} `, 'accent'),
    span(fitText(label, 10), 'dim'),
    span(fitText(value, Math.max(16, value.length + 2)), 'strong'),
    span(more, 'dim'),
  ];
}

interface Offer {
  readonly name: string;
  readonly summary: string;
}

function faultLines(seen: Seen<ChaosScreen>): readonly Line[] {
  const { fault, typed } = seen.screen;
  const all: readonly Offer[] = [
    ...CHAOS_WORDS,
    ...(typed === '' ? [] : [{ name: typed, summary: 'as typed' }]),
  ];
  const rows = faultRows(seen);
  const start = Math.max(0, Math.min(fault - rows + 1, all.length - rows));
  return all.slice(start, start + rows).map(({ name, summary }, index): Line => {
    const chosen = start + index === fault;
    return [
      span(chosen ? '› ' : '  ', 'accent'),
      span(fitText(foreign(name), NAME_WIDTH), chosen ? 'accent' : 'plain'),
      span(summary, chosen ? 'plain' : 'dim'),
    ];
  });
}
