import type { Child } from './child.ts';
import type { Contestant, Running } from './contestants.ts';
import { type Figure, FigureBook } from './figures.ts';
import type { LoadAnswer, LoadCommand } from './load-protocol.ts';
import { cpuSeconds, rssMegabytes } from './process-cost.ts';

/** What a scenario works with: programs already started, and how long it may take. */
export interface Stage {
  readonly running: readonly Running[];
  readonly contestants: readonly Contestant[];
  readonly upstreamPort: number;
  readonly load: Child;
  readonly quick: boolean;
}

export const SCENARIOS = {
  one: {
    summary: 'latency and CPU with one request at a time',
    run: (stage: Stage) => requests(stage, 'one', 1),
  },
  many: {
    summary: 'throughput and CPU with 64 requests at a time',
    run: (stage: Stage) => requests(stage, 'many', 64),
  },
  streams: { summary: 'CPU and delay per event of 32 streams', run: streams },
  memory: { summary: 'memory with 1,000 open streams', run: memory },
  idle: { summary: 'memory and CPU while nothing happens', run: idle },
} as const;

// A daemon that gets no requests is measured for this long; timers that fire every few seconds must show.
const IDLE_MS = 30_000;
const IDLE_QUICK_MS = 5_000;
const SETTLE_MS = 35_000;
const RUN_LIMIT_MS = 120_000;
// Hot code is compiled during the first thousands of events, which costs a process once and not per event.
const WARM_STREAM_ROUNDS = 3;

async function requests(stage: Stage, scenario: string, concurrency: number): Promise<Figure[]> {
  const book = new FigureBook(scenario);
  const count = (stage.quick ? 1000 : 3000) * (concurrency > 1 ? 2 : 1);
  await inRounds(stage, stage.quick ? 3 : 9, async (running, round) => {
    // The first round also compiles the hot code of the program under test.
    const warmup = round === 0 ? 4000 : 10 * concurrency;
    const command = {
      type: 'requests',
      port: running.port,
      model: 'json',
      concurrency,
      warmup,
      count,
    } as const;
    const { answer, cpu } = await measure(stage.load, running, command);
    if (answer.type !== 'requests') throw new Error(`${running.name}: ${describe(answer)}`);
    book.add(running.name, 'p50', 'ms', 3, answer.p50Ms, 'difference');
    book.add(running.name, 'p99', 'ms', 3, answer.p99Ms, 'difference');
    book.add(running.name, 'throughput', 'requests/s', 0, count / answer.seconds);
    if (running.pid === undefined) return;
    book.add(running.name, 'CPU per 1,000 requests', 's', 4, (cpu / count) * 1000);
    book.add(running.name, 'memory after', 'MB', 0, rssMegabytes(running.pid));
  });
  return book.figures;
}

async function streams(stage: Stage): Promise<Figure[]> {
  const book = new FigureBook('streams');
  const command = { type: 'streams', streams: 32, events: 100, paceMs: 20 } as const;
  await inRounds(stage, (stage.quick ? 2 : 7) + WARM_STREAM_ROUNDS, async (running, round) => {
    const { answer, cpu } = await measure(stage.load, running, { ...command, port: running.port });
    if (answer.type !== 'streams') throw new Error(`${running.name}: ${describe(answer)}`);
    if (round < WARM_STREAM_ROUNDS) return;
    const missing = command.streams * command.events - answer.events;
    if (missing > 0) throw new Error(`${running.name} lost ${missing} events`);
    book.add(running.name, 'delay of an event, p50', 'ms', 3, answer.p50Ms, 'difference');
    book.add(running.name, 'delay of an event, p99', 'ms', 3, answer.p99Ms, 'difference');
    if (running.pid !== undefined)
      book.add(running.name, 'CPU per event', 'µs', 1, (cpu / answer.events) * 1e6);
  });
  return book.figures;
}

/** Fresh processes, because what a process did before decides how much it holds. */
async function memory(stage: Stage): Promise<Figure[]> {
  const book = new FigureBook('memory');
  const count = stage.quick ? 300 : 1000;
  for (const contestant of withProcess(stage)) {
    const running = await contestant.start(stage.upstreamPort);
    try {
      const { pid, port, name } = running;
      if (pid === undefined) continue;
      const before = rssMegabytes(pid);
      stage.load.send({
        type: 'hold',
        port,
        streams: count,
        events: 1000,
        paceMs: 1000,
      } satisfies LoadCommand);
      await expectAnswer(stage.load, name, 'warm');
      await pause(stage.quick ? 2_000 : 10_000);
      const after = rssMegabytes(pid);
      stage.load.send('go');
      await expectAnswer(stage.load, name, 'held');
      book.add(name, `with ${count} open streams`, 'MB', 0, after);
      book.add(name, 'per stream', 'KB', 1, ((after - before) * 1024) / count);
    } finally {
      await running.end();
    }
  }
  return book.figures;
}

async function idle(stage: Stage): Promise<Figure[]> {
  const book = new FigureBook('idle');
  const ms = stage.quick ? IDLE_QUICK_MS : IDLE_MS;
  const started: Running[] = [];
  try {
    for (const contestant of withProcess(stage)) started.push(await contestant.start(stage.upstreamPort));
    // What starting left to do is not what idling costs; half a minute after its last request gw gives memory back.
    await pause(SETTLE_MS);
    const before = started.map(({ pid }) => cpuSeconds(pid ?? 0));
    await pause(ms);
    for (const [index, { name, pid }] of started.entries()) {
      const cpu = cpuSeconds(pid ?? 0) - (before[index] ?? 0);
      book.add(name, 'memory', 'MB', 0, rssMegabytes(pid ?? 0));
      book.add(name, `CPU over ${ms / 1000} s`, '%', 2, (cpu / (ms / 1000)) * 100, 'difference');
    }
  } finally {
    for (const running of started) await running.end();
  }
  return book.figures;
}

function withProcess(stage: Stage): Contestant[] {
  const names = new Set(stage.running.filter(({ pid }) => pid !== undefined).map(({ name }) => name));
  return stage.contestants.filter(({ name }) => names.has(name));
}

/** A B C A B C …: a machine that becomes slower for a while does so for everyone. */
async function inRounds(
  stage: Stage,
  rounds: number,
  run: (running: Running, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const running of stage.running) await run(running, round);
  }
}

async function measure(
  load: Child,
  running: Running,
  command: LoadCommand,
): Promise<{ answer: LoadAnswer; cpu: number }> {
  load.send(command);
  await expectAnswer(load, running.name, 'warm');
  const before = running.pid === undefined ? 0 : cpuSeconds(running.pid);
  load.send('go');
  const answer = await load.next<LoadAnswer>(RUN_LIMIT_MS);
  const cpu = running.pid === undefined ? 0 : cpuSeconds(running.pid) - before;
  return { answer, cpu };
}

async function expectAnswer(load: Child, name: string, type: LoadAnswer['type']): Promise<void> {
  const answer = await load.next<LoadAnswer>(RUN_LIMIT_MS);
  if (answer.type !== type) throw new Error(`${name}: ${describe(answer)}`);
}

function describe(answer: LoadAnswer): string {
  return answer.type === 'failed' ? answer.message : `unexpected answer ${answer.type}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
