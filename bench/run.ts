// What gw costs, beside direct calls and two bare proxies. See README.md; `npm run bench -- --help` for flags.
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { bundleYardsticks } from './bundle.ts';
import { Child } from './child.ts';
import { coldStart } from './cold-start.ts';
import { beside, type Contestant, DIRECT, gateway, type Running, yardstick } from './contestants.ts';
import { type Figure, median, renderFigures } from './figures.ts';
import { profileGateway } from './profile.ts';
import { SCENARIOS } from './scenarios.ts';

const COLD_START = 'cold-start';
const NAMES = [...Object.keys(SCENARIOS), COLD_START];

const HELP = `Usage: npm run bench -- [flags]

  --quick                  fewer rounds: about a minute, for a first impression
  --only <scenario>        one of: ${NAMES.join(', ')}; may be repeated
  --beside 'name=command'  put another gateway beside gw; {port} and {upstream} are filled in; may be repeated
  --without <name>         leave a column out (request, gw, …); may be repeated
  --json                   every round of every figure, as JSON
  --profile [--only many|streams]  run gw from its sources under the CPU profiler instead
`;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    beside: { type: 'string', multiple: true, default: [] },
    without: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const unknown = flags.only.filter((name) => !NAMES.includes(name));
if (flags.help) process.stdout.write(HELP);
else if (unknown.length > 0) throw new Error(`--only ${unknown[0]}: there is ${NAMES.join(', ')}`);
else await bench();

async function bench(): Promise<void> {
  const upstream = new Child(process.execPath, [join(import.meta.dirname, 'upstream.ts')]);
  const load = new Child(process.execPath, [join(import.meta.dirname, 'load.ts')]);
  try {
    const { port } = await upstream.next<{ port: number }>();
    if (flags.profile) {
      process.stdout.write(
        `${await profileGateway(load, port, flags.only[0] === 'streams' ? 'streams' : 'many')}\n`,
      );
    } else {
      await compareAll(port, load);
    }
  } finally {
    await load.end();
    await upstream.end();
  }
}

async function compareAll(upstreamPort: number, load: Child): Promise<void> {
  const folder = await bundleYardsticks();
  const contestants = [
    DIRECT,
    yardstick('request', folder),
    yardstick('dispatch', folder),
    gateway(),
    ...flags.beside.map((text) => beside(text)),
  ].filter(({ name }) => !flags.without.includes(name));
  const running: Running[] = [];
  try {
    for (const contestant of contestants) await startInto(running, contestant, upstreamPort);
    const figures: Figure[] = [];
    for (const [name, { summary, run }] of Object.entries(SCENARIOS)) {
      if (!isAsked(name)) continue;
      note(`${name}: ${summary} …`);
      figures.push(...(await run({ running, contestants, upstreamPort, load, quick: flags.quick })));
    }
    const cold = isAsked(COLD_START) ? coldStart(findGateway(running), flags.quick) : [];
    report(figures, cold, running);
  } finally {
    for (const program of running) await program.end();
  }
}

/** A gateway that does not start is a column less, not the end of the bench. */
async function startInto(running: Running[], contestant: Contestant, upstreamPort: number): Promise<void> {
  try {
    running.push(await contestant.start(upstreamPort));
  } catch (error) {
    note(`without ${contestant.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function findGateway(running: readonly Running[]): Running | undefined {
  return running.find(({ name }) => name === 'gw');
}

function isAsked(scenario: string): boolean {
  return flags.only.length === 0 || flags.only.includes(scenario);
}

function report(figures: readonly Figure[], cold: readonly Figure[], running: readonly Running[]): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, ${process.platform}`;
  if (flags.json) {
    const rows = [...figures, ...cold].map((figure) => ({
      ...figure,
      rounds: Object.fromEntries(figure.rounds),
    }));
    process.stdout.write(`${JSON.stringify({ machine, quick: flags.quick, figures: rows }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`\n${machine}\n\n`);
  if (figures.length > 0) {
    process.stdout.write(
      `${renderFigures(
        figures,
        running.map(({ name }) => name),
      )}\n\n`,
    );
  }
  for (const figure of cold) {
    const bare = median(figure.rounds.get('node -e 0') ?? []);
    for (const [program, rounds] of figure.rounds) {
      const ms = median(rounds);
      process.stdout.write(
        `${program.padEnd(12)} ${ms.toFixed(1)} ms  ${(ms / bare).toFixed(2)} × node -e 0\n`,
      );
    }
  }
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
