import type { Filter } from '../../core/filter.ts';
import type { Trail } from '../../core/trail.ts';
import { terminalSafeJson } from '../../lib/terminal-safe.ts';
import type { Archive, TrailFilter } from '../../store/index.ts';
import { captureJson } from '../capture/shown.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { FILTER_OPTIONS, narrows, readFilter, readLimit, readWords } from '../story/filter-options.ts';
import { unknownNames } from '../story/known-names.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';
import { flushDaemon, readLog } from '../story/log-reading.ts';
import { requestLines, requestTitles } from '../story/request-table.ts';
import { formatDay } from '../story/words.ts';

const LIMIT = 20;
const POLL_MS = 300;
// More than a busy daemon finishes between two looks.
const FOLLOW_LIMIT = 5_000;

export const command: Command = {
  options: [
    { flags: '-f, --follow', summary: 'go on and print exchanges as they finish' },
    { flags: '-n, --limit <number>', summary: `print so many, the newest (${LIMIT})` },
    { flags: '--bodies', summary: 'with --json: headers and bodies too, where they were captured' },
    ...FILTER_OPTIONS,
  ],
  examples: [
    'gw requests',
    'gw requests --follow --failover',
    'gw requests --since 1h --status 5xx',
    "gw requests --since 1d --model 'gpt-*' --json",
    "gw requests --filter 'ttft:>2s !client:aider'",
  ],
  run: showRequests,
};

async function showRequests(context: Context, input: Input): Promise<void> {
  const filter = readFilter(input, context.clock.now());
  const words = readWords(input);
  const limit = readLimit(input.text('limit'), LIMIT);
  const printer = new Printer(context, wantsBodies(context, input));
  await flushDaemon(context);
  const found = readLog(context, (archive) => ({
    newest: archive.newest(),
    trails: newest(archive, filter, words, limit),
  }));
  const trails = found?.trails ?? [];
  if (trails.length === 0) {
    context.say(nothing(found !== undefined, filter, words));
    if (found !== undefined) for (const line of unknownNames(context, filter)) context.say(line);
  }
  printer.print(trails);
  if (context.interactive) tellMarks(context, trails);
  if (input.flag('follow')) await follow(context, { filter, words }, printer, found?.newest, trails);
}

/** What is not a word in the lines above. */
function tellMarks(context: Context, trails: readonly Trail[]): void {
  const says = (text: string): void => context.say(context.style.dim(text));
  if (trails.some(({ asked, served }) => served !== undefined && served.model === asked))
    says('one name alone: that target served the very model that was asked for');
  if (trails.some(({ failover }) => failover))
    says('↻2: served by another target than the first, after two attempts');
}

function wantsBodies(context: Context, input: Input): boolean {
  if (!input.flag('bodies') || context.json) return input.flag('bodies');
  throw new CommandError('bodies do not fit into a table', {
    why: '--bodies was given without --json',
    fix: 'gw requests --json --bodies, or gw why <id> --body',
    exit: EXIT.usage,
  });
}

/** Prints what is written after `newest`, until the output is closed or the person presses ctrl-c. */
async function follow(
  context: Context,
  { filter, words }: { readonly filter: TrailFilter; readonly words: Filter },
  printer: Printer,
  newest: string | undefined,
  shown: readonly Trail[],
): Promise<void> {
  let after = newest ?? '';
  // Rows written between asking for the newest and listing were printed already.
  const known = new Set(shown.map(({ id }) => id));
  while (!context.stdout.destroyed) {
    const fresh = readLog(context, (archive) => {
      const trails = archive.list({ ...filter, after, limit: FOLLOW_LIMIT });
      after = trails.length === FOLLOW_LIMIT ? (trails.at(-1)?.id ?? after) : (archive.newest() ?? after);
      return trails;
    });
    printer.print((fresh ?? []).filter((trail) => !known.has(trail.id) && words.accepts(trail)));
    known.clear();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The newest that match, oldest first. What SQL can tell is told to SQL; the words are asked of what it finds. */
function newest(archive: Archive, filter: TrailFilter, words: Filter, limit: number): Trail[] {
  if (!narrows(words)) return archive.list({ ...filter, limit });
  const found: Trail[] = [];
  for (const trail of archive.newestFirst(filter)) {
    if (words.accepts(trail)) found.push(trail);
    if (found.length === limit) break;
  }
  return found.reverse();
}

function nothing(recorded: boolean, filter: TrailFilter, words: Filter): string {
  if (!recorded) return 'No requests yet. Once gw runs, they appear here: gw start';
  return Object.keys(filter).length === 0 && !narrows(words) ? 'No requests yet.' : 'No requests match.';
}

/** Prints exchanges as JSON lines or as a table whose titles come with its first line. */
class Printer {
  readonly #context: Context;
  readonly #bodies: boolean;
  #day: string | undefined;
  #titled = false;

  constructor(context: Context, bodies: boolean) {
    this.#context = context;
    this.#bodies = bodies;
  }

  print(trails: readonly Trail[]): void {
    if (this.#context.json)
      for (const trail of trails) this.#context.print(terminalSafeJson(JSON.stringify(this.#whole(trail))));
    else if (trails.length > 0) this.#printLines(trails);
  }

  /** One by one: a thousand bodies are not held at once. */
  #whole(trail: Trail): unknown {
    if (!this.#bodies) return trail;
    const captured = readLog(this.#context, (archive) => archive.capture(trail.id));
    return { ...trail, captured: captured === undefined ? null : captureJson(captured) };
  }

  #printLines(trails: readonly Trail[]): void {
    const { columns, style, env } = this.#context;
    const layout = { width: columns, style };
    const shown = speaksUtf8(env) ? (line: string): string => line : toPlain;
    if (!this.#titled) this.#context.print(shown(requestTitles(layout)));
    this.#titled = true;
    for (const line of requestLines(trails, layout, this.#day)) this.#context.print(shown(line));
    this.#day = formatDay(trails.at(-1)?.at ?? 0);
  }
}
