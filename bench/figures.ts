/** One measured thing of one contestant: a value per round. */
export type Rounds = number[];

/** A line of the table: what was measured, in which unit, by contestant. */
export interface Figure {
  readonly scenario: string;
  readonly name: string;
  readonly unit: string;
  /** Digits after the point. */
  readonly digits: number;
  /** How gw is set beside the dispatch yardstick; `none` where that says nothing. */
  readonly beside: 'ratio' | 'difference' | 'none';
  readonly rounds: ReadonlyMap<string, Rounds>;
}

/** Collects values while rounds go by; lines keep the order in which they were first seen. */
export class FigureBook {
  readonly #figures = new Map<string, Figure & { readonly rounds: Map<string, Rounds> }>();
  readonly #scenario: string;

  constructor(scenario: string) {
    this.#scenario = scenario;
  }

  add(
    contestant: string,
    name: string,
    unit: string,
    digits: number,
    value: number,
    beside: Figure['beside'] = 'ratio',
  ): void {
    let figure = this.#figures.get(name);
    if (!figure) {
      figure = { scenario: this.#scenario, name, unit, digits, beside, rounds: new Map() };
      this.#figures.set(name, figure);
    }
    const rounds = figure.rounds.get(contestant) ?? [];
    rounds.push(value);
    figure.rounds.set(contestant, rounds);
  }

  get figures(): Figure[] {
    return [...this.#figures.values()];
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Compares round by round and takes the median: what disturbed one round disturbed both sides of it. */
export function compare(
  figure: Figure,
  contestant: string,
  yardstick: string,
  join: (own: number, other: number) => number,
): number {
  const own = figure.rounds.get(contestant) ?? [];
  const other = figure.rounds.get(yardstick) ?? [];
  return median(own.map((value, round) => join(value, other[round] ?? Number.NaN)));
}

/** A Markdown table: one line per figure, one column per contestant, and gw beside the dispatch yardstick. */
export function renderFigures(figures: readonly Figure[], contestants: readonly string[]): string {
  const head = ['scenario', 'figure', ...contestants, 'gw beside dispatch'];
  const rows = figures.map((figure) => [
    figure.scenario,
    `${figure.name} (${figure.unit})`,
    ...contestants.map((name) => {
      const rounds = figure.rounds.get(name);
      return rounds ? median(rounds).toFixed(figure.digits) : '–';
    }),
    comparison(figure),
  ]);
  return renderTable([head, ...rows]);
}

/** Pads cells so that the text reads as a table in a terminal and as Markdown. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `| ${cells.join(' | ')} |`;
  });
  const rule = widths.map((width, column) => (column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  lines.splice(1, 0, `| ${rule.join(' | ')} |`);
  return lines.join('\n');
}

function comparison(figure: Figure): string {
  if (figure.beside === 'none' || !figure.rounds.has('gw') || !figure.rounds.has('dispatch')) return '–';
  if (figure.beside === 'ratio') {
    return `${compare(figure, 'gw', 'dispatch', (own, other) => own / other).toFixed(2)} ×`;
  }
  const value = compare(figure, 'gw', 'dispatch', (own, other) => own - other);
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(figure.digits)} ${figure.unit}`;
}
