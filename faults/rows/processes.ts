import { createServer } from 'node:net';
import { DatabaseSync } from 'node:sqlite';

import { openArchive } from '../../src/store/index.ts';
import { ask, open, read } from '../asking.ts';
import { Crowd } from '../crowd.ts';
import { Gateway, profileOf } from '../gateway.ts';
import { comesTrue, pause, times } from '../pause.ts';
import type { MeasuredRow } from '../row.ts';
import { duration, largest, Tally } from '../tally.ts';

/** Ids of the exchanges that are on disk. */
function recorded(gateway: Gateway): string[] {
  const archive = openArchive(gateway.paths.database);
  if (archive.is === 'failed') return [];
  try {
    return archive.value.list({ limit: 100_000 }).map(({ id }) => id);
  } finally {
    archive.value.close();
  }
}

const kill: MeasuredRow = {
  id: 'kill-9',
  family: 'process',
  promise:
    'After kill -9 under load the next start takes at most 2 s, the database is whole, and no row that was on disk is lost.',
  how: 'eight callers, SIGKILL at a random moment, start again in the same home',
  pace: 'works',
  async run(scene) {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ providers: { first: upstream } });
    const tally = new Tally();
    const starts: number[] = [];
    let acknowledged = 0;
    let lost = 0;
    for (let round = 0; round < scene.pick(4, 50); round++) {
      const crowd = new Crowd(8, async () => {
        if ((await ask(gateway.port)).status !== 200) await pause(5);
      });
      await comesTrue(() => recorded(gateway).length > acknowledged + 10, 5000);
      await pause(Math.random() * 100);
      const before = recorded(gateway);
      await gateway.kill();
      await crowd.leave();
      starts.push(await gateway.start());
      const after = new Set(recorded(gateway));
      const missing = before.filter((id) => !after.has(id)).length;
      acknowledged = before.length;
      lost += missing;
      tally.add(missing > 0 ? `${missing} rows lost` : whatIsBroken(gateway));
      tally.require((await ask(gateway.port)).status === 200, 'the first request after the start failed');
    }
    tally.require(largest(starts) <= scene.bar(2000), `a start took ${duration(largest(starts))}`);
    return tally.finding(`${lost} of ${acknowledged} rows lost; slowest start ${duration(largest(starts))}`);
  },
};

function whatIsBroken(gateway: Gateway): string | undefined {
  const database = new DatabaseSync(gateway.paths.database, { readOnly: true });
  try {
    const verdict = JSON.stringify(database.prepare('PRAGMA integrity_check').get());
    return verdict === '{"integrity_check":"ok"}' ? undefined : verdict;
  } finally {
    database.close();
  }
}

const starts: MeasuredRow = {
  id: 'many-starts',
  family: 'process',
  promise: 'Any number of `gw start` at once give one daemon, and all of them say so.',
  how: '50 at once (short form: 8) in one home',
  pace: 'works',
  async run(scene) {
    const upstream = await scene.upstream();
    const gateway = new Gateway({ providers: { first: upstream } });
    scene.atEnd(async () => {
      await gateway.run(['stop', '--now']);
      await gateway.remove();
    });
    const runs = await Promise.all(times(scene.pick(8, 50), () => gateway.run(['start', '--json'])));
    const { instance, pid } = await gateway.status();
    const tally = new Tally();
    for (const { exit, err } of runs) tally.add(exit === 0 ? undefined : `exit ${exit}: ${err}`);
    const listening = gateway
      .log()
      .split('\n')
      .filter((line) => line.includes('daemon-started')).length;
    tally.require(listening <= 1, `${listening} daemons listened`);
    tally.require(instance !== '' && pid > 0, 'no daemon answers');
    return tally.finding('1 daemon');
  },
};

const busyPort: MeasuredRow = {
  id: 'busy-port',
  family: 'process',
  promise: 'A port that somebody else has is an error that names the owner (exit 5), and gw does not move.',
  how: 'a listener of this suite on the port of the profile',
  pace: 'works',
  async run(scene) {
    const stranger = createServer((socket) => void socket.destroy());
    const port = await scene.listen(stranger);
    const upstream = await scene.upstream();
    const gateway = new Gateway({ providers: { first: upstream } });
    scene.atEnd(() => gateway.remove());
    gateway.writeConfig(JSON.stringify(profileOf({ providers: { first: upstream } }, port)));
    const { exit, err } = await gateway.run(['start']);
    const tally = new Tally();
    tally.add(exit === 5 ? undefined : `exit ${exit}`);
    const named = err.includes('node') || err.includes(String(process.pid));
    const mayKnow = process.platform === 'linux' || process.platform === 'darwin';
    tally.require(named || !mayKnow, `the owner is not named: ${err}`);
    return tally.finding(named ? 'the owner is named' : 'refused');
  },
};

const drain: MeasuredRow = {
  id: 'sigterm',
  family: 'process',
  promise:
    'SIGTERM with 200 streams: all end whole or in an explicit error, within 30 s; none is cut in silence.',
  how: 'half of the streams end within the drain, half would not',
  pace: 'waits',
  form: 'long',
  run: (scene) => drainWith(scene, 200),
};

const drainShort: MeasuredRow = {
  id: 'sigterm-brief',
  family: 'process',
  promise: 'SIGTERM with 40 streams that end within 4 s: all of them are whole.',
  how: 'streams of 4 s, the signal after one of them',
  pace: 'waits',
  run: (scene) => drainWith(scene, 40),
};

async function drainWith(
  scene: Parameters<MeasuredRow['run']>[0],
  streams: number,
): ReturnType<MeasuredRow['run']> {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({
    providers: { first: upstream },
    routes: { main: { match: ['*'], targets: ['first'] } },
  });
  const isBrief = streams < 100;
  const wishes = times(streams, (index) => {
    const tokens = !isBrief && index % 2 === 1 ? 400 : 40;
    return { model: `m!tokens=${tokens}+tokens-per-second=10`, stream: true };
  });
  const calls = wishes.map((wish) => open(gateway.port, wish));
  await Promise.all(calls.map((call) => call.until((received) => received.length > 1000)));
  const ending = gateway.terminate();
  const answers = await Promise.all(calls.map((call) => call.answer()));
  const ms = await ending;
  const tally = new Tally();
  const ends = { whole: 0, told: 0 };
  for (const [index, answer] of answers.entries()) {
    const reading = read(answer, wishes[index] ?? {});
    if (reading.is !== 'wrong') ends[reading.is] += 1;
    // An error has to be said, not only shown by a connection that breaks.
    const silent = reading.is === 'told' && !/"error"/.test(answer.text);
    tally.add(reading.is === 'wrong' ? reading.why : silent ? 'cut in silence' : undefined);
  }
  tally.require(!isBrief || ends.told === 0, `${ends.told} did not end whole`);
  tally.require(ms <= 33_000, `gone after ${duration(ms)}`);
  return tally.finding(`${ends.whole} whole, ${ends.told} told; gone after ${duration(ms)}`);
}

const reload: MeasuredRow = {
  id: 'reload',
  family: 'process',
  promise:
    'A reload every second under load fails no request, and running streams finish on the profile they began with.',
  how: 'two profiles in turns, eight callers, and a stream that outlives several reloads',
  pace: 'waits',
  async run(scene) {
    const [one, two] = [await scene.upstream({ name: 'one' }), await scene.upstream({ name: 'two' })];
    const optionsFor = (turn: number) => ({
      providers: turn % 2 === 0 ? { one } : { two },
      routes: { main: { match: ['*'], targets: [turn % 2 === 0 ? 'one' : 'two'] } },
    });
    const gateway = await scene.gateway(optionsFor(0));
    const long = ask(gateway.port, { model: 'long!tokens=40+tokens-per-second=10', stream: true });
    const tally = new Tally();
    const crowd = new Crowd(8, async (index) => {
      const wish = { stream: index % 2 === 0 };
      const answer = await ask(gateway.port, wish);
      tally.add(read(answer, wish).is === 'whole' ? undefined : `${answer.status}`);
      await pause(5);
    });
    await comesTrue(() => one.simulator.calls.some(({ model }) => model === 'long'), 5000);
    const turns = scene.pick(6, 60);
    const env = { FAULTS_KEY: gateway.env['FAULTS_KEY'] ?? '' };
    for (let turn = 1; turn <= turns; turn++) {
      gateway.writeProfile(optionsFor(turn));
      const { problems } = await gateway.call('reload', { env });
      tally.require(problems.length === 0, problems.join());
      await pause(1000);
    }
    await crowd.leave();
    const { by, whole } = await long;
    tally.require(whole && by === 'one', 'the stream did not finish where it began');
    return tally.finding(`${turns} reloads`);
  },
};

const sleep: MeasuredRow = {
  id: 'sleep',
  family: 'process',
  promise: 'After the computer slept, the first request works and no breaker opens.',
  how: 'SIGSTOP for 10 s (long form: 10, 60 and 120 s) with a request and a stream under way, then SIGCONT',
  pace: 'waits',
  async run(scene) {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({
      providers: { first: upstream },
      routes: { main: { match: ['*'], targets: ['first'] } },
    });
    const tally = new Tally();
    const naps = scene.pick([10_000], [10_000, 60_000, 120_000]);
    for (const nap of naps) {
      const wish = { model: 'm!tokens=30+tokens-per-second=10', stream: true };
      const under = ask(gateway.port, wish);
      await pause(500);
      gateway.signal('SIGSTOP');
      await pause(nap);
      gateway.signal('SIGCONT');
      const first = await ask(gateway.port);
      tally.add(first.status === 200 ? undefined : `first request: ${first.status}`);
      const stream = await under;
      tally.add(read(stream, wish).is === 'whole' ? undefined : 'the stream that was under way broke');
      const open = await gateway.openBreakers();
      tally.require(open.length === 0, `${open.length} breakers open`);
    }
    return tally.finding(`${tally.n - tally.failures} of ${tally.n} after ${naps.length} naps`);
  },
};

/** What happens to the process itself. */
export const PROCESS_ROWS: readonly MeasuredRow[] = [
  kill,
  starts,
  busyPort,
  drain,
  drainShort,
  reload,
  sleep,
];
