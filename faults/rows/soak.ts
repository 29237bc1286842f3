import { ask, read } from '../asking.ts';
import { Crowd } from '../crowd.ts';
import { pause } from '../pause.ts';
import type { MeasuredRow } from '../row.ts';
import { duration, Tally } from '../tally.ts';

/** Two of a hundred requests meet each of these at the first provider. */
const FAULTS = [
  '429;retry-after=1',
  '500',
  '503',
  'reset@accept',
  'reset@headers',
  'slow-first-token=1s',
  'html-200',
  'empty-200',
  'error-in-200',
  'malformed@event=3',
  'reset@token=20',
  'cut@token=20',
  'fin-no-terminal',
];
const SHARE = 0.02;
const CALLERS = 24;
const SAMPLE_MS = 5000;
const HOUR_MS = 3_600_000;

interface Sample {
  readonly minutes: number;
  readonly rssMb: number;
  readonly descriptors: number;
  readonly timers: number;
}

/** Every kind of trouble, all the time, for as long as one likes. */
export const SOAK_ROW: MeasuredRow = {
  id: 'soak',
  family: 'load',
  promise:
    'With 2 % of every fault for an hour, at most 1 of 100,000 requests fails that was not meant to, and memory, descriptors and timers stay flat.',
  how: `${CALLERS} callers, streamed and not, ${FAULTS.length} faults of 2 % each at the first of two providers; a stream cut after content may end in an explicit error; samples every 5 s, slopes over the second half`,
  pace: 'alone',
  form: 'soak',
  async run(scene) {
    const first = await scene.upstream({ keepCalls: 0 });
    const second = await scene.upstream({ keepCalls: 0 });
    const gateway = await scene.gateway({
      providers: { first, second },
      routes: { main: { match: ['*'], targets: ['first', 'second/m'] } },
    });
    const tally = new Tally();
    let told = 0;
    const samples: Sample[] = [];
    const crowd = new Crowd(CALLERS, async (index, turn) => {
      const fault = FAULTS[Math.floor(Math.random() / SHARE)];
      const wish = {
        model: fault === undefined ? 'm!tokens=30' : `m!tokens=30+${fault}`,
        stream: (index + turn) % 2 === 0,
      };
      const reading = read(await ask(gateway.port, wish), wish);
      const isCut = wish.stream && fault !== undefined && /@token|no-terminal/.test(fault);
      if (reading.is === 'told' && isCut) told += 1;
      tally.add(
        reading.is === 'whole' || (reading.is === 'told' && isCut)
          ? undefined
          : `${fault ?? 'no fault'}: ${reading.is === 'wrong' ? reading.why : 'an error'}`,
      );
      await pause(20);
    });
    const from = performance.now();
    while (performance.now() - from < scene.soakMs) {
      await pause(Math.min(SAMPLE_MS, scene.soakMs / 20));
      samples.push({
        minutes: (performance.now() - from) / 60_000,
        rssMb: gateway.rssMb(),
        descriptors: gateway.descriptors() ?? 0,
        timers: await gateway.timers(),
      });
    }
    await crowd.leave();
    const half = samples.slice(samples.length >> 1);
    const rss = slope(half.map(({ minutes, rssMb }) => [minutes, rssMb]));
    const fds = slope(half.map(({ minutes, descriptors }) => [minutes, descriptors]));
    const timers = slope(half.map((sample) => [sample.minutes, sample.timers]));
    const last = samples.at(-1);
    tally.require(tally.failures <= tally.n / 100_000, `${tally.failures} unplanned failures`);
    // Over an hour a slope of this is 30 MB; garbage collection alone moves that much in minutes.
    tally.require(scene.soakMs < 600_000 || rss <= 0.5, `memory grows by ${rss.toFixed(2)} MB a minute`);
    tally.require(scene.soakMs < 600_000 || fds <= 0.5, `descriptors grow by ${fds.toFixed(2)} a minute`);
    tally.require(scene.soakMs < 600_000 || timers <= 0.5, `timers grow by ${timers.toFixed(2)} a minute`);
    return {
      ...tally.finding(
        `${duration(scene.soakMs)}: ${tally.failures} unplanned failures, ${told} cut streams told; memory ${last?.rssMb.toFixed(0)} MB, ${rss.toFixed(2)} MB a minute; ${last?.descriptors} descriptors, ${fds.toFixed(2)} a minute; ${last?.timers} timers, ${timers.toFixed(2)} a minute`,
      ),
      // Nobody may take minutes for an hour.
      ...(tally.causes.length === 0 &&
        scene.soakMs < HOUR_MS && { notHere: `it ran for ${duration(scene.soakMs)} and not for an hour` }),
    };
  },
};

/** Least squares: by how much y grows with each x. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
}
