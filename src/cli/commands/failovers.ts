import { collectIncidents } from '../../core/incident.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { readSince } from '../story/filter-options.ts';
import { incidentLines } from '../story/incident-lines.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';
import { flushDaemon, readLog } from '../story/log-reading.ts';
import { formatDay, formatTime } from '../story/words.ts';

const SINCE = '24h';

export const command: Command = {
  options: [{ flags: '--since <time>', summary: `in the last 10m, 2h, 3d, or since a date (${SINCE})` }],
  examples: ['gw failovers', 'gw failovers --since 7d', 'gw failovers --json'],
  run: showFailovers,
};

async function showFailovers(context: Context, input: Input): Promise<void> {
  const now = context.clock.now();
  const since = readSince(input.text('since') ?? SINCE, now, 'gw failovers --help') ?? 0;
  await flushDaemon(context);
  const incidents = readLog(context, (archive) => collectIncidents(archive.each({ since }), now)) ?? [];
  if (context.json) {
    context.printJson(incidents);
    return;
  }
  if (incidents.length === 0) {
    context.say(
      `No failovers since ${formatDay(since)} ${formatTime(since)} (what gw chaos did is not listed).`,
    );
    return;
  }
  const utf8 = speaksUtf8(context.env);
  for (const line of incidentLines(incidents, { width: context.columns, style: context.style }, now)) {
    context.print(utf8 ? line : toPlain(line));
  }
}
