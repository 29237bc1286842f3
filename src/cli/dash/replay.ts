import type { Trail } from '../../core/trail.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { prepareReplay } from '../replay/prepare.ts';
import { comparisonLines, priceWords } from '../replay/report.ts';
import { flushDaemon } from '../story/log-reading.ts';
import { makeStyle } from '../style.ts';

/** The question before an exchange is asked again; undefined where it costs nothing. */
export async function priceReplay(
  context: Context,
  trail: Trail,
  on: string | undefined,
): Promise<string | undefined> {
  await flushDaemon(context);
  const replay = await prepareReplay(quiet(context), trail, on);
  replay.close();
  const { target, estimate } = replay;
  if (estimate.is === 'known' && estimate.usd === 0) return undefined;
  return `ask ${terminalSafe(target)} again, for ${priceWords(estimate)}?`;
}

/** Asks again, and compares the answers. */
export async function replayLines(
  context: Context,
  trail: Trail,
  on: string | undefined,
): Promise<readonly string[]> {
  const replay = await prepareReplay(quiet(context), trail, on);
  try {
    const comparison = await replay.send();
    // Without colours: these lines go through the dashboard, which lets none through.
    const style = makeStyle({ NO_COLOR: '1' }, false);
    const { columns } = context.stdout;
    return comparisonLines(comparison, { width: Math.max(40, (columns || context.columns) - 4), style });
  } finally {
    replay.close();
  }
}

/** Nothing may be written beside the screen. */
function quiet(context: Context): Context {
  return { ...context, say: () => {} };
}
