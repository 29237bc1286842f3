import { terminalSafe, terminalSafeJson } from '../../lib/terminal-safe.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../error.ts';
import { confirm } from '../prompt.ts';
import { prepareReplay, type Replay } from '../replay/prepare.ts';
import { comparisonLines, priceWords } from '../replay/report.ts';
import { findTrail } from '../story/find-trail.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';

/** Asks a captured request again, and sets the answers side by side. */
export const command: Command = {
  arguments: [{ name: '[id]', summary: 'the id of a captured request, or a part of it' }],
  options: [
    { flags: '--last', summary: 'the request that began last' },
    { flags: '--on <target>', summary: 'ask this provider/model instead of the route' },
    { flags: '--yes', summary: 'do not ask before it costs something' },
  ],
  examples: [
    'gw replay --last',
    'gw replay 7x2k9qa --on groq/openai/gpt-oss-20b',
    'gw replay 7x2k9qa --on openai/gpt-5.4 --yes --json',
  ],
  run: replay,
};

async function replay(context: Context, input: Input): Promise<number> {
  const wanted = { id: input.argument(0), last: input.flag('last'), command: 'gw replay' };
  const trail = await findTrail(context, wanted);
  const replay = await prepareReplay(context, trail, input.text('on'));
  try {
    if (!(await isAgreed(context, replay, input.flag('yes')))) {
      context.say('Nothing was sent.');
      return EXIT.ok;
    }
    const comparison = await replay.send();
    if (context.json) {
      context.print(terminalSafeJson(JSON.stringify(comparison, null, 2)));
    } else {
      const lines = comparisonLines(comparison, { width: context.columns, style: context.style });
      const utf8 = speaksUtf8(context.env);
      for (const line of lines) context.print(utf8 ? line : toPlain(line));
      const { id } = comparison.after;
      if (id !== undefined) context.say(`\nHow it went: gw why ${id}`);
    }
    return comparison.after.problem === undefined ? EXIT.ok : EXIT.failed;
  } finally {
    replay.close();
  }
}

/** What costs nothing is not worth a question. */
async function isAgreed(context: Context, { target, estimate }: Replay, yes: boolean): Promise<boolean> {
  const words = `${terminalSafe(target)}, for ${priceWords(estimate)}`;
  if (yes || (estimate.is === 'known' && estimate.usd === 0)) {
    context.say(`Asking ${words}.\n`);
    return true;
  }
  return confirm(context, {
    question: `Ask ${words}?`,
    otherwise: false,
    instead: 'gw replay <id> --yes',
  });
}
