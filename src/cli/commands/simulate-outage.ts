import type { FactsPort } from '../../core/ports.ts';
import type { Profile } from '../../core/profile.ts';
import type { Trail } from '../../core/trail.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { collectModels } from '../models/collect.ts';
import { type Outage, parseOutage } from '../outage/fault.ts';
import { outageJson, outageLines, spanWords } from '../outage/report.ts';
import { compare } from '../outage/result.ts';
import { perform, type Piece } from '../outage/stage.ts';
import { openProfile } from '../profile-file.ts';
import { requireRoute } from '../route/lookup.ts';
import { readSince } from '../story/filter-options.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';
import { flushDaemon, readLog } from '../story/log-reading.ts';

const SINCE = '1h';
const HELP = 'gw simulate-outage --help';
/** How fast targets are is drawn from this much of the record. */
const PACES_FROM_MS = 7 * 86_400_000;
const MOST_PACES = 5_000;
/** More would take minutes, and tell no more. The newest count. */
const MOST = 20_000;
const COLUMNS = 60;

/** Plays recorded traffic through the policy with a provider broken, on a clock of its own. Asks nobody. */
export const command: Command = {
  options: [
    {
      flags: '--fault <fault...>',
      summary: 'provider[/model]:fault[@start][+duration], as in openai:503@5m+10m',
    },
    { flags: '--since <time>', summary: `the traffic of the last 10m, 2h, 3d, or since a date (${SINCE})` },
    { flags: '--route <name>', summary: 'only requests that took this route' },
    {
      flags: '--seed <number>',
      summary: 'other draws of what chance decides; the same number repeats a simulation (1)',
    },
  ],
  examples: [
    'gw simulate-outage --fault openai:503',
    'gw simulate-outage --since 1h --fault openai:503@5m',
    'gw simulate-outage --since 24h --fault openai:timeout@2h+30m groq:429@2h',
    'gw simulate-outage --fault "openai/gpt-4.1:503;rate=30%" --json | jq .lost',
  ],
  run: simulateOutage,
};

async function simulateOutage(context: Context, input: Input): Promise<void> {
  const now = context.clock.now();
  const typed = input.text('since') ?? SINCE;
  const since = readSince(typed, now, HELP) ?? now;
  const { profile } = openProfile(context);
  const outages = readOutages(input.list('fault'), profile, now - since);
  const name = input.text('route');
  const route = name === undefined ? undefined : requireRoute(profile, name).name;
  const trails = await readTrails(context, since, route);
  const piece: Piece = {
    profile,
    trails,
    record:
      readLog(context, (archive) => archive.list({ since: now - PACES_FROM_MS, limit: MOST_PACES })) ??
      trails,
    since: trails.length === MOST ? (trails[0]?.at ?? since) : since,
    until: now,
    outages,
    facts: await factsOf(context, profile, trails),
    seed: readSeed(input.text('seed')),
  };
  const control = await perform({ ...piece, outages: [] });
  const result = compare(piece, control, await perform(piece), COLUMNS);
  const told = { piece, result, span: spanWords(typed), utf8: speaksUtf8(context.env) };
  if (context.json) return context.printJson(outageJson(told));
  const layout = { style: context.style, width: context.columns };
  for (const line of outageLines(told, layout)) context.print(told.utf8 ? line : toPlain(line));
}

function readOutages(texts: readonly string[], profile: Profile, spanMs: number): Outage[] {
  if (texts.length === 0) {
    const first = profile.providers.find(({ enabled }) => enabled)?.name ?? 'openai';
    throw new CommandError('It is not said what is to break.', {
      why: 'a simulation needs at least one --fault',
      fix: `gw simulate-outage --fault ${first}:503`,
      exit: EXIT.usage,
    });
  }
  return texts.map((text) => {
    const parsed = parseOutage(text);
    if (parsed.is === 'failed')
      throw usage(`${terminalSafe(text)} is no outage that can be simulated.`, parsed.fault);
    const { provider, startMs } = parsed.value;
    const names = profile.providers.map((each) => each.name);
    const meant = nearest(provider, names);
    if (!names.includes(provider))
      throw usage(
        `There is no provider ${terminalSafe(provider)}.`,
        names.length === 0
          ? 'the profile has none yet: gw init'
          : `the profile has ${names.join(', ')}${meant === undefined ? '' : ` (${meant}?)`}`,
      );
    if (startMs >= spanMs)
      throw usage(
        `${terminalSafe(text)} begins after the end of the span.`,
        '@start counts from its beginning',
      );
    return parsed.value;
  });
}

function usage(what: string, why: string): CommandError {
  return new CommandError(what, { why, fix: HELP, exit: EXIT.usage });
}

function readSeed(text: string | undefined): number {
  if (text === undefined) return 1;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usage(`"${terminalSafe(text)}" is no seed.`, 'a seed is a whole number');
}

/** What was recorded, in the order it began. */
async function readTrails(
  context: Context,
  since: number,
  route: string | undefined,
): Promise<readonly Trail[]> {
  await flushDaemon(context);
  const filter = { since, limit: MOST, ...(route !== undefined && { route }) };
  const found = readLog(context, (archive) => archive.list(filter)) ?? [];
  if (found.length === 0) {
    throw new CommandError('There is no traffic to simulate.', {
      why:
        route === undefined
          ? 'nothing was recorded in this time'
          : `nothing took the route ${route} in this time`,
      fix: 'gw simulate-outage --since 7d …, or send requests through gw first (gw requests lists what there is)',
    });
  }
  return found.sort((a, b) => a.at - b.at);
}

/** Prices and windows of models, from the catalogue on this machine; a daemon that runs is asked for names only. */
async function factsOf(context: Context, profile: Profile, trails: readonly Trail[]): Promise<FactsPort> {
  const planned = trails.flatMap(({ plan }) => plan.map(({ target }) => target));
  const enabled = profile.providers
    .filter((provider) => provider.enabled)
    .map((provider) => {
      const asked = planned.filter((target) => target.provider === provider.name).map(({ model }) => model);
      return { ...provider, models: [...new Set([...provider.models, ...asked])] };
    });
  const { models } = await collectModels(context, profile, enabled);
  const known = new Map(models.map((model) => [`${model.provider}/${model.model}`, model.facts]));
  return {
    meet: () => {},
    settled: () => Promise.resolve(),
    of: ({ provider, model }) => known.get(`${provider}/${model}`) ?? {},
  };
}
