import { writeFileSync } from 'node:fs';

import packageFile from '../../../package.json' with { type: 'json' };
import { errorCode, errorMessage } from '../../lib/expect.ts';
import { terminalSafe, terminalSafeJson } from '../../lib/terminal-safe.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { homeOf } from '../daemon/launch.ts';
import { CommandError, EXIT } from '../error.ts';
import { type Findings, gather } from '../report/gather.ts';
import { renderReport } from '../report/markdown.ts';
import { redact } from '../report/redact.ts';
import { readSince } from '../story/filter-options.ts';

const SINCE = '10m';
const HELP = 'gw report --help';

/** What happened lately, to hand to a provider or a colleague. */
export const command: Command = {
  options: [
    { flags: '--since <time>', summary: `in the last 10m, 2h, 3d, or since a date (${SINCE})` },
    { flags: '--provider <name>', summary: 'only what concerns this provider: it may be handed to them' },
    { flags: '--out <file>', summary: 'write it into a new file instead of printing it' },
  ],
  examples: [
    'gw report',
    'gw report --since 1h --provider groq',
    'gw report --since 2h --out incident.md',
    'gw report --json | jq .incidents',
  ],
  run: report,
};

async function report(context: Context, input: Input): Promise<void> {
  const until = context.clock.now();
  const since = readSince(input.text('since') ?? SINCE, until, HELP) ?? until;
  const findings = await gather(context, { since, until, provider: input.text('provider') });
  const home = homeOf(context);
  const text = context.json
    ? terminalSafeJson(redact(JSON.stringify(reportJson(findings), null, 2), home))
    : redact(renderReport(findings, packageFile.version), home);
  const out = input.text('out');
  if (out === undefined) {
    context.print(text);
    return;
  }
  write(out, `${text}\n`);
  context.say(`Wrote ${terminalSafe(out)}. Read it before you hand it on.`);
}

/** Sessions are left out, and with a provider named, what others did. */
function reportJson({
  question,
  status,
  counts,
  incidents,
  troubled,
  troubledInAll,
  slowest,
  log,
}: Findings) {
  const { provider } = question;
  const shown = (trail: Findings['slowest'][number]) => {
    const { client, attempts, plan, ...rest } = trail;
    if (provider === undefined) return { ...rest, client: { name: client.name }, attempts, plan };
    return { ...rest, attempts: attempts.filter(({ target }) => target.provider === provider) };
  };
  return {
    version: packageFile.version,
    since: question.since,
    until: question.until,
    provider: provider ?? null,
    counts,
    incidents,
    targets: provider === undefined ? (status?.providers.flatMap(({ targets }) => targets) ?? []) : [],
    troubled: troubled.map(shown),
    troubledInAll,
    slowest: slowest.map(shown),
    log,
  };
}

function write(path: string, text: string): void {
  try {
    // Never over something that is there: a report is written in a hurry.
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const exists = errorCode(error) === 'EEXIST';
    throw new CommandError(`${terminalSafe(path)} cannot be written`, {
      why: exists ? 'there is a file of that name already' : errorMessage(error),
      fix: exists ? 'choose another name, or remove it' : 'gw report > somewhere-else.md',
      exit: EXIT.failed,
    });
  }
}
