import type { ChalkInstance } from 'chalk';

import { displayWidth } from '../../lib/display-width.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { type DiffPiece, wordsOf } from '../../lib/word-diff.ts';
import { wrap } from '../story/lines.ts';
import { formatCount, formatDollars } from '../story/words.ts';
import { formatTable } from '../table.ts';
import { type Comparison, sameArguments, type Side } from './compare.ts';
import type { Estimate } from './price.ts';
import type { ToolCall } from './reading.ts';

interface Layout {
  readonly width: number;
  readonly style: ChalkInstance;
}

/** What it is likely to cost, in words. */
export function priceWords(estimate: Estimate): string {
  if (estimate.is === 'unknown') return `an unknown price (${terminalSafe(estimate.why)})`;
  return estimate.usd === 0 ? 'nothing' : `about ${formatDollars(estimate.usd)}`;
}

/** Both answers side by side, and where they differ. */
export function comparisonLines(comparison: Comparison, layout: Layout): string[] {
  const { before, after, same } = comparison;
  return [
    ...figures(before, after, layout).split('\n'),
    '',
    ...problems(comparison, layout),
    ...textLines(comparison, layout),
    ...callLines(before.calls, after.calls, same.calls, layout),
  ];
}

const COLUMNS = [
  { title: '', shrinkTo: 6 },
  { title: 'served by', shrinkTo: 12 },
  { title: 'total', align: 'right' },
  { title: 'first', align: 'right' },
  { title: 'tokens', align: 'right' },
  { title: 'cost', align: 'right' },
  { title: 'finish', shrinkTo: 6 },
] as const;

function figures(before: Side, after: Side, { width, style }: Layout): string {
  const row = (name: string, side: Side): string[] => [
    name,
    side.target ?? '–',
    side.totalMs === undefined ? '–' : formatDuration(side.totalMs),
    side.firstContentMs === undefined ? '–' : formatDuration(side.firstContentMs),
    `${tokens(side.usage?.input)}→${tokens(side.usage?.output)}`,
    side.costUsd === undefined ? 'unknown' : formatDollars(side.costUsd),
    side.finish ?? (side.status >= 300 ? String(side.status) : '–'),
  ];
  return formatTable(COLUMNS, [row('before', before), row('now', after)], {
    width,
    paintTitle: style.dim,
  });
}

function tokens(count: number | undefined): string {
  return count === undefined ? '?' : formatCount(count);
}

function problems({ before, after, isCut }: Comparison, { width }: Layout): string[] {
  const lines = [
    ...(before.problem === undefined ? [] : wrap(before.problem, width, 'before:  ')),
    ...(after.problem === undefined ? [] : wrap(after.problem, width, 'now:     ')),
    ...(isCut
      ? wrap(
          'only the beginning of the captured answer was kept; its end is missing here',
          width,
          'before:  ',
        )
      : []),
  ];
  return lines.length === 0 ? [] : [...lines, ''];
}

function textLines({ before, after, same, textDiff }: Comparison, layout: Layout): string[] {
  const { style } = layout;
  if (before.text === '' && after.text === '') return [];
  const counts = countWords(textDiff);
  if (same.text) return [`${style.bold('text')}     the same, word for word (${counted(counts.same)})`];
  const head = `${style.bold('text')}     ${counted(counts.same)} the same, ${counts.removed} gone, ${counts.added} new`;
  return [head, '', ...diffLines(textDiff, layout)];
}

function counted(words: number): string {
  return `${formatCount(words)} ${words === 1 ? 'word' : 'words'}`;
}

function countWords(pieces: readonly DiffPiece[]): Record<DiffPiece['is'], number> {
  const counts = { same: 0, removed: 0, added: 0 };
  for (const { is, text } of pieces) counts[is] += wordsOf(text).length;
  return counts;
}

// What stays around a difference of a long stretch that is the same.
const CONTEXT_WORDS = 20;

/** One text with what is gone in `[-…-]` and what is new in `{+…+}`, as `git diff --word-diff` has it. */
function diffLines(pieces: readonly DiffPiece[], { width, style }: Layout): string[] {
  const flow = new Flow(width - 2);
  for (const [index, { is, text }] of pieces.entries()) {
    if (is === 'same') {
      for (const word of shortened(wordsOf(text), index === 0, index === pieces.length - 1)) flow.add(word);
      continue;
    }
    const [open, close, paint] = is === 'removed' ? ['[-', '-]', style.red] : ['{+', '+}', style.green];
    const words = wordsOf(text);
    words.forEach((word, at) => {
      const space = /\s*$/.exec(word)?.[0] ?? '';
      const bare = word.slice(0, word.length - space.length);
      const marked = `${at === 0 ? open : ''}${bare}${at === words.length - 1 ? close : ''}`;
      flow.add(marked + space, paint);
    });
  }
  return flow.lines.map((line) => `  ${line}`.trimEnd());
}

function shortened(words: readonly string[], isFirst: boolean, isLast: boolean): readonly string[] {
  const [before, after] = [isFirst ? 0 : CONTEXT_WORDS, isLast ? 0 : CONTEXT_WORDS];
  const left = words.length - before - after;
  if (left <= CONTEXT_WORDS) return words;
  return [
    ...words.slice(0, before),
    `… (${counted(left)}) … `,
    ...(after === 0 ? [] : words.slice(words.length - after)),
  ];
}

/** Words flow into lines; line breaks of the text stay. */
class Flow {
  readonly #width: number;
  readonly lines: string[] = [''];
  #used = 0;

  constructor(width: number) {
    this.#width = width;
  }

  add(word: string, paint: (text: string) => string = (text) => text): void {
    const bare = word.trimEnd();
    const text = terminalSafe(bare);
    const columns = displayWidth(text);
    if (this.#used > 0 && this.#used + columns > this.#width) this.#break();
    const breaks = word.slice(bare.length).split('\n').length - 1;
    this.#write(text === '' ? '' : paint(text), columns);
    if (breaks === 0) this.#write(' ', 1);
    for (let line = 0; line < breaks; line++) this.#break();
  }

  #write(text: string, columns: number): void {
    this.lines[this.lines.length - 1] += text;
    this.#used += columns;
  }

  #break(): void {
    this.lines.push('');
    this.#used = 0;
  }
}

function callLines(
  before: readonly ToolCall[],
  after: readonly ToolCall[],
  same: boolean,
  { width, style }: Layout,
): string[] {
  if (before.length === 0 && after.length === 0) return [];
  const title = style.bold('calls');
  if (same) return ['', `${title}    the same`, ...before.flatMap((call) => callLine('  ', call, width))];
  const lines: string[] = [];
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [was, is] = [before[index], after[index]];
    if (was && is && was.name === is.name && sameArguments(was, is)) {
      lines.push(...callLine('  = ', was, width));
      continue;
    }
    if (was) lines.push(...callLine('  - ', was, width).map((line) => style.red(line)));
    if (is) lines.push(...callLine('  + ', is, width).map((line) => style.green(line)));
  }
  return ['', `${title}    they differ`, ...lines];
}

function callLine(mark: string, call: ToolCall, width: number): string[] {
  return wrap(`${call.name} ${call.arguments}`, width, mark);
}
