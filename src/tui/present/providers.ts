import { span } from './line.ts';
import type { Column } from './table.ts';
import { stateWord, TARGET_STATES, type TargetRow } from './target-state.ts';
import { count, latency, percent } from './words.ts';

// From this share of failed attempts on a target is worth a look; at half it is in trouble (a breaker's own mark).
const SUSPICIOUS_SHARE = 0.05;
const BAD_SHARE = 0.5;

/** The columns of the providers panel; countdowns are as of `now`. */
export function providerColumns(now: number): readonly Column<TargetRow>[] {
  return [
    { title: 'PROVIDERS', width: 24, grow: 2, cell: nameCell },
    { title: 'state', width: 13, cell: (row) => span(stateWord(row, now), TARGET_STATES[row.state].tone) },
    number('live', 4, 6, ({ health }) => (health?.live ? count(health.live) : '')),
    number('p50', 6, 2, ({ health }) => latency(health?.recent.p50)),
    number('p95', 6, 4, ({ health }) => latency(health?.recent.p95)),
    number('first', 6, 3, ({ health }) => latency(health?.recent.firstContentP50)),
    { title: 'errors', width: 6, align: 'right', drop: 1, cell: errorCell },
    number('served', 7, 8, ({ health }) => (health === undefined ? '–' : count(health.served))),
    { title: 'serves', width: 12, grow: 1, drop: 9, cell: ({ routes }) => span(routes.join(' ')) },
    { title: 'why', width: 14, grow: 3, drop: 7, cell: noteCell },
  ];
}

function nameCell({ state, name }: TargetRow) {
  return span(`${TARGET_STATES[state].symbol} ${name}`, TARGET_STATES[state].tone);
}

function noteCell({ state, note }: TargetRow) {
  const { up, tone } = TARGET_STATES[state];
  return span(note, up ? 'dim' : tone);
}

function errorCell({ health }: TargetRow) {
  if (health === undefined) return span('–', 'dim');
  const { attempts, failures } = health.recent;
  const share = attempts === 0 ? 0 : failures / attempts;
  const tone = share >= BAD_SHARE ? 'bad' : share >= SUSPICIOUS_SHARE ? 'warn' : 'plain';
  return span(percent(failures, attempts), tone);
}

function number(
  title: string,
  width: number,
  drop: number,
  text: (row: TargetRow) => string,
): Column<TargetRow> {
  return {
    title,
    width,
    drop,
    align: 'right',
    cell: (row) => {
      const shown = text(row);
      return span(shown, shown === '–' ? 'dim' : 'plain');
    },
  };
}
