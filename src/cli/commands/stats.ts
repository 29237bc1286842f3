import type { Measured } from '../../store/index.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { servedShare } from '../stats/comparison.ts';
import { statsLines } from '../stats/lines.ts';
import { AGAINST_WORDS, KEPT_APART, type Question, readQuestion, SINCE } from '../stats/question.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';
import { flushDaemon, readLog } from '../story/log-reading.ts';

/** How many requests, how well and how fast, and how that has changed. */
export const command: Command = {
  options: [
    { flags: '--since <time>', summary: `in the last 10m, 2h, 3d, or since a date (${SINCE})` },
    {
      flags: '--against <time>',
      summary: `beside the time right before, or the same time a day or a week earlier (${AGAINST_WORDS.join(', ')})`,
    },
    { flags: '--by <what>', summary: `one line for each ${KEPT_APART.join(', ')} (provider)` },
  ],
  examples: [
    'gw stats',
    'gw stats --since 1h --against day',
    'gw stats --since 7d --by model',
    'gw stats --since 1h --by client --json',
  ],
  run: showStats,
};

async function showStats(context: Context, input: Input): Promise<void> {
  const question = readQuestion(input, context.clock.now());
  await flushDaemon(context);
  const measured = readLog(context, (archive) => archive.measure(question)) ?? NOTHING;
  if (context.json) {
    context.printJson(statsJson(question, measured));
    return;
  }
  if (measured.total.requests === 0) {
    context.say(nothing(question, measured));
    return;
  }
  const utf8 = speaksUtf8(context.env);
  for (const line of statsLines(question, measured, { style: context.style, width: context.columns, utf8 })) {
    context.print(utf8 ? line : toPlain(line));
  }
}

const NONE = { requests: 0, served: 0, failed: 0, gone: 0, failovers: 0, unpriced: 0 };
const NOTHING: Measured = { total: NONE, before: NONE, groups: [], series: [] };

function nothing({ span, spanBefore }: Question, { before }: Measured): string {
  const words = span.startsWith('since') ? span : `in ${span}`;
  if (before.requests === 0) return `No requests ${words}.`;
  return `No requests ${words}; ${before.requests.toLocaleString('en-US')} in ${spanBefore}.`;
}

function statsJson({ since, until, by, stepMs }: Question, measured: Measured): object {
  const { total, before, groups, series, oldest } = measured;
  const withShare = <M extends typeof total>(measure: M): M & { servedShare: number | null } => ({
    ...measure,
    servedShare: servedShare(measure) ?? null,
  });
  return {
    since,
    until,
    by,
    stepMs,
    oldest: oldest ?? null,
    total: withShare(total),
    before: withShare(before),
    groups: groups.map(withShare),
    series,
  };
}
