import { type Series, STEP_MS, STEPS } from '../feed/series.ts';
import { fitText, type Line, span, type Tone } from './line.ts';
import { latency } from './words.ts';

const LEVELS = ' ▁▂▃▄▅▆▇█';
const LABEL_WIDTH = 22;
const SCALE_WIDTH = 8;

interface ChartRow {
  readonly name: string;
  readonly tone: Tone;
  readonly value: (step: Series[number]) => number | undefined;
}

const TOTAL: ChartRow = { name: 'p95', tone: 'accent', value: ({ totalMs }) => totalMs };
const FIRST: ChartRow = {
  name: 'first token p95',
  tone: 'accent',
  value: ({ firstContentMs }) => firstContentMs,
};
const FAILED: ChartRow = { name: 'failed', tone: 'bad', value: ({ failed }) => failed || undefined };

/** The last ten minutes of latency, time to the first token and failures, one line each; the newest on the right. */
export function chartLines(series: Series, now: number, columns: number): readonly Line[] {
  const rows = [TOTAL, FIRST, FAILED];
  const head: Line = [span('  '), span('LAST 10 MINUTES', 'heading')];
  return [head, ...rows.map((row) => chartLine(row, series, now, columns))];
}

function chartLine({ name, tone, value }: ChartRow, series: Series, now: number, columns: number): Line {
  const width = Math.max(1, Math.min(STEPS, columns - LABEL_WIDTH - SCALE_WIDTH - 4));
  const values = stretched(series, now, width, value);
  const most = Math.max(0, ...values.map((found) => found ?? 0));
  const scale = name === 'failed' ? (most === 0 ? 'none' : `max ${most}`) : most === 0 ? '–' : latency(most);
  return [
    span('  '),
    span(fitText(name, LABEL_WIDTH - 6), 'dim'),
    span(sparkline(values, most), tone),
    span(`  ${scale}`, most === 0 ? 'dim' : 'plain'),
  ];
}

/** One value for each column, the largest of the steps that share it; undefined where nothing ended. */
function stretched(
  series: Series,
  now: number,
  width: number,
  value: ChartRow['value'],
): readonly (number | undefined)[] {
  const values: (number | undefined)[] = Array.from({ length: width });
  const last = Math.floor(now / STEP_MS);
  for (const step of series) {
    const age = last - step.at / STEP_MS;
    const column = width - 1 - Math.floor((age * width) / STEPS);
    const found = value(step);
    if (age < 0 || column < 0 || found === undefined) continue;
    values[column] = Math.max(values[column] ?? 0, found);
  }
  return values;
}

/** Bars from nothing to `most`; what is there at all is seen. */
export function sparkline(values: readonly (number | undefined)[], most: number): string {
  return values
    .map((value) => {
      if (value === undefined || most <= 0) return value === undefined ? '·' : LEVELS[1];
      return LEVELS[Math.max(1, Math.round((value / most) * (LEVELS.length - 1)))];
    })
    .join('');
}
