/** One line of metrics, read back. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Reads Prometheus' text format strictly: every line must be one that the format has, each family must be announced
 * before its series, once, and histograms must add up. Throws at the first thing that is not so.
 */
export function readExposition(text: string): ReadSample[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const samples: ReadSample[] = [];
  const seen = new Set<string>();
  let family = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const told = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (told?.[1] === 'HELP') {
      family = told[2] ?? '';
      continue;
    }
    if (told) {
      if (told[2] !== family || types.has(family)) throw new Error(`a type out of place: ${line}`);
      if (!/^(counter|gauge|histogram)$/.test(told[3] ?? '')) throw new Error(`no type: ${line}`);
      types.set(family, told[3] ?? '');
      continue;
    }
    const sample = readLine(line);
    if (!belongs(sample.name, family, types.get(family))) throw new Error(`outside of its family: ${line}`);
    const key = `${sample.name} ${JSON.stringify(sample.labels)}`;
    if (seen.has(key)) throw new Error(`told twice: ${line}`);
    seen.add(key);
    samples.push(sample);
  }
  checkHistograms(samples, types);
  return samples;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;

function readLine(line: string): ReadSample {
  const [, name, written = '', value] = LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  let rest = written;
  while (rest !== '') {
    const [pair, label, text] =
      /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest) ?? [];
    if (pair === undefined || label === undefined || text === undefined) throw new Error(`no label: ${rest}`);
    if (Object.hasOwn(labels, label)) throw new Error(`a label twice: ${line}`);
    labels[label] = text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
    rest = rest.slice(pair.length);
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

function belongs(name: string, family: string, type: string | undefined): boolean {
  if (type !== 'histogram') return name === family && type !== undefined;
  return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name);
}

/** Buckets are cumulative, in order, and end with all there are. */
function checkHistograms(samples: readonly ReadSample[], types: ReadonlyMap<string, string>): void {
  const rises = (list: readonly number[]): boolean =>
    list.every((each, index) => index === 0 || each >= (list[index - 1] ?? 0));
  for (const [family, type] of types) {
    if (type !== 'histogram') continue;
    const series = Map.groupBy(
      samples.filter(({ name }) => name === `${family}_bucket`),
      ({ labels }) =>
        JSON.stringify(Object.fromEntries(Object.entries(labels).filter(([name]) => name !== 'le'))),
    );
    for (const { labels, value } of samples.filter(({ name }) => name === `${family}_count`)) {
      const own = series.get(JSON.stringify(labels)) ?? [];
      const bounds = own.map((each) => Number((each.labels['le'] ?? '').replace('Inf', 'Infinity')));
      const counts = own.map((each) => each.value);
      if (!rises(bounds) || !rises(counts) || bounds.at(-1) !== Infinity || counts.at(-1) !== value)
        throw new Error(`the buckets of ${family} do not add up`);
    }
  }
}
