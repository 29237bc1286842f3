import { shellWord } from '../../lib/shell-word.ts';
import { terminalSafe, terminalSafeJson } from '../../lib/terminal-safe.ts';
import { findCassette } from '../cassette/place.ts';
import { serveCassette } from '../cassette/serve.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { confirm } from '../prompt.ts';
import { prepareReplay, type Replay } from '../replay/prepare.ts';
import { comparisonLines, priceWords } from '../replay/report.ts';
import { isReplay } from '../replay/send.ts';
import { findTrail } from '../story/find-trail.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';

/** Serves a cassette; or asks a captured request again, and sets the answers side by side. */
export const command: Command = {
  arguments: [
    {
      name: '[name]',
      summary: 'a cassette, by its name or path; else the id of a captured request, or a part of it',
    },
    { name: '[command...]', summary: 'run this command against the cassette, and end with it' },
  ],
  options: [
    { flags: '--port <number>', summary: 'cassette: where to listen (default: any free port)' },
    {
      flags: '--strict',
      summary:
        'cassette: each answer as often as it was recorded; exit code 1 when something was not recorded',
    },
    {
      flags: '--all',
      summary: 'cassette: with --strict, exit code 1 also when something recorded was not asked',
    },
    { flags: '--pass-on-miss', summary: 'cassette: what was not recorded goes on to the running gw' },
    { flags: '--record-new', summary: 'cassette: the same, and is added to it' },
    {
      flags: '--speed <factor>',
      summary: 'cassette: 2x is twice as fast as recorded, 0 is without waiting (default: 1)',
    },
    { flags: '-q, --quiet', summary: 'cassette: no summary at the end' },
    { flags: '--last', summary: 'request: the one that began last, replays left out' },
    { flags: '--on <target>', summary: 'request: ask this provider/model instead of the route' },
    { flags: '--yes', summary: 'request: do not ask before it costs something' },
  ],
  examples: [
    'gw replay checkout --strict -- npm test',
    'gw replay test/agent.cassette.jsonl --port 4600 --speed 0',
    'gw replay checkout --record-new -- node script.mjs',
    'gw replay --last',
    'gw replay 7x2k9qa --on groq/openai/gpt-oss-20b',
    'gw replay 7x2k9qa --on openai/gpt-5.4 --yes --json',
  ],
  run(context, input) {
    const name = input.argument(0);
    const file = name === undefined || input.flag('last') ? undefined : findCassette(context, name);
    if (file !== undefined) return serveCassette(context, file, input);
    if (isOfCassette(input)) throw noCassette(name ?? 'NAME');
    return replay(context, input);
  },
};

const CASSETTE_FLAGS = ['strict', 'all', 'passOnMiss', 'recordNew'];

/** A command, and what is said of how to serve, can only be meant for a cassette. */
function isOfCassette(input: Input): boolean {
  const isServed = input.text('port') !== undefined || input.text('speed') !== undefined;
  return input.arguments(1).length > 0 || isServed || CASSETTE_FLAGS.some((flag) => input.flag(flag));
}

function noCassette(name: string): CommandError {
  return new CommandError(`there is no cassette ${name}`, {
    why: "it is neither in ./cassettes nor in gw's own directory, and only cassettes can be served",
    fix: `gw record ${shellWord(name)} -- COMMAND …`,
    exit: EXIT.usage,
  });
}

async function replay(context: Context, input: Input): Promise<number> {
  const wanted = {
    id: input.argument(0),
    last: input.flag('last'),
    command: 'gw replay',
    passOver: isReplay,
    nor: 'nor is there a cassette of this name in ./cassettes',
  };
  const trail = await findTrail(context, wanted);
  const on = input.text('on');
  const replay = await prepareReplay(context, trail, on);
  try {
    const typed = ['gw replay', trail.id, ...(on === undefined ? [] : [`--on ${shellWord(on)}`])].join(' ');
    if (!(await isAgreed(context, replay, { yes: input.flag('yes'), typed }))) {
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
async function isAgreed(
  context: Context,
  { target, estimate }: Replay,
  { yes, typed }: { readonly yes: boolean; readonly typed: string },
): Promise<boolean> {
  const words = `${terminalSafe(target)}, for ${priceWords(estimate)}`;
  if (yes || (estimate.is === 'known' && estimate.usd === 0)) {
    context.say(`Asking ${words}.\n`);
    return true;
  }
  return confirm(context, {
    question: `Ask ${words}?`,
    otherwise: false,
    instead: `${typed} --yes`,
  });
}
