// What translating costs beside passing through, in the same daemon and in turns. See README.md.
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { CallerFormatName } from '../src/core/operation.ts';
import { CALLER_FORMATS } from '../src/formats/index.ts';
import { keysOf } from '../src/lib/expect.ts';
import { callerRequest } from './caller-requests.ts';
import { Child } from './child.ts';
import { gateway, type Running } from './contestants.ts';
import { median } from './figures.ts';
import type { LoadAnswer } from './load-protocol.ts';
import { cpuSeconds } from './process-cost.ts';

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });

/** The upstream speaks OpenAI's chat, so callers of it are passed through. */
const PASSED: CallerFormatName = 'openai-chat';
const CALLERS = keysOf(CALLER_FORMATS);
const STREAMS = { streams: 32, events: 100, paceMs: 20 };
const ROUNDS = flags.quick ? 3 : 9;
// Hot code is compiled during the first thousands of events, which costs a process once and not per event.
const WARM_ROUNDS = 3;

await streams();
largeRequests();

async function streams(): Promise<void> {
  const upstream = new Child(process.execPath, [join(import.meta.dirname, 'upstream.ts')]);
  const load = new Child(process.execPath, [join(import.meta.dirname, 'load.ts')]);
  let gw: Running | undefined;
  try {
    const { port } = await upstream.next<{ port: number }>();
    gw = await gateway().start(port);
    const costs = new Map<CallerFormatName, number[]>();
    for (let round = 0; round < ROUNDS + WARM_ROUNDS; round++) {
      for (const caller of CALLERS) {
        const cost = await costPerEvent(load, gw, caller);
        if (round >= WARM_ROUNDS) costs.set(caller, [...(costs.get(caller) ?? []), cost]);
      }
    }
    reportStreams(costs);
  } finally {
    await gw?.end();
    await load.end();
    await upstream.end();
  }
}

async function costPerEvent(
  load: Child,
  { port, pid = 0 }: Running,
  caller: CallerFormatName,
): Promise<number> {
  load.send({ type: 'streams', port, caller, ...STREAMS });
  await expectAnswer(load, 'warm');
  const before = cpuSeconds(pid);
  load.send('go');
  const answer = await expectAnswer(load, 'streams');
  if (answer.type === 'streams' && answer.events < STREAMS.streams * STREAMS.events)
    throw new Error(`${caller}: events were lost`);
  return ((cpuSeconds(pid) - before) / (STREAMS.streams * STREAMS.events)) * 1e6;
}

async function expectAnswer(load: Child, type: LoadAnswer['type']): Promise<LoadAnswer> {
  const answer = await load.next<LoadAnswer>(60_000);
  if (answer.type !== type) throw new Error(answer.type === 'failed' ? answer.message : answer.type);
  return answer;
}

function reportStreams(costs: ReadonlyMap<CallerFormatName, readonly number[]>): void {
  const passed = costs.get(PASSED) ?? [];
  write('CPU per event of a stream, 32 at once, from a provider of openai-chat:');
  for (const [caller, rounds] of costs) {
    const ratios = rounds.map((cost, round) => cost / (passed[round] ?? Number.NaN));
    const beside = caller === PASSED ? 'passed through' : `${median(ratios).toFixed(2)} × passing through`;
    write(`  ${caller.padEnd(20)} ${median(rounds).toFixed(1).padStart(6)} µs  ${beside}`);
  }
}

/** Reading and editing a request of 1 MB for a provider of the same format, beside parsing and printing it. */
function largeRequests(): void {
  write('a request of 1 MB, read and edited for a provider of the same format:');
  for (const caller of CALLERS) {
    const format = CALLER_FORMATS[caller];
    const { path, body } = callerRequest(caller, 'm', true);
    const large = Buffer.from(body.replace('x'.repeat(860), prose(1024 * 1024)));
    const below = path.replace(/^\/v1(beta)?/, '');
    const edited = fastest(() => {
      const envelope = format.readEnvelope('chat', 'application/json', large, below);
      if (envelope.is === 'failed') throw new Error(envelope.fault.message);
      format.renderRequest(envelope.value, large, { model: 'another', quirks: [] });
    });
    const parsed = fastest(() => JSON.stringify(JSON.parse(large.toString('utf8'))));
    write(`  ${caller.padEnd(20)} ${edited.toFixed(3)} ms  (parsed and printed: ${parsed.toFixed(1)} ms)`);
  }
}

/** Words with a quotation mark now and then, as in code. */
function prose(length: number): string {
  const line = 'const answer = await ask(\\"what is it?\\"); // and so on\\n';
  return line.repeat(Math.ceil(length / line.length));
}

/** Milliseconds of the fastest of many runs: what the work takes once its code is compiled and nothing else happens. */
function fastest(work: () => void): number {
  let best = Infinity;
  for (let run = 0; run < 1000; run++) {
    const from = performance.now();
    work();
    best = Math.min(best, performance.now() - from);
  }
  return best;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
