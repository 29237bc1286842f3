import { connectControl } from '../../control/index.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { JsonObject } from '../../lib/expect.ts';
import { runDashboard, type Scene } from '../../tui/index.ts';
import type { Context } from '../context.ts';
import { dashboardHands } from '../dash/hands.ts';
import { lookOf } from '../dash/look.ts';
import { EXIT, type ExitCode } from '../error.ts';
import { type Asked, type Crowd, openCrowd } from './crowd.ts';
import { watchSignals } from './interruption.ts';
import { CUT, type Outage, outages, repairAll } from './outages.ts';
import { readTrails } from './record.ts';
import { failureLine } from './report.ts';
import { openStage, type Stage } from './stage.ts';
import { tallyOf } from './tally.ts';

// About the pace at which a person can follow.
const BETWEEN_REQUESTS_MS = 350;
const WELL_MS = 8_000;
const OUTAGE_MS = 9_000;
const RETRY_AFTER_S = 6;
// Long enough to read four lines before the dashboard takes the screen.
const READING_MS = 2_500;
// What is still being asked when the person leaves may finish.
const FINISH_MS = 2_000;

const WELL: Scene = { text: 'all is well; in a moment something breaks', calm: true };

/** How fast its providers are. */
export const PACES = [
  { firstTokenMs: 280, tokensPerSecond: 45 },
  { firstTokenMs: 120, tokensPerSecond: 120 },
  { firstTokenMs: 180, tokensPerSecond: 70 },
] as const;

/** As it comes, but for the waits nobody wants to watch. */
export const POLICY: JsonObject = {
  firstContentMs: '3s',
  answerMs: '6s',
  idleMs: '3s',
  waitMs: '1s',
  breakerOpenMs: '2s',
  breakerOpenCapMs: '4s',
};

/** Plays outages in a loop below the dashboard, until the person leaves or the time is up. */
export async function playLive(
  context: Context,
  options: { readonly seed: number; readonly limitMs: number | undefined },
): Promise<ExitCode> {
  const signals = watchSignals();
  let stage: Stage | undefined;
  let show: Show | undefined;
  try {
    introduce(context);
    const reading = pause(READING_MS);
    stage = await openStage(context, { seed: options.seed, paces: PACES, policy: POLICY });
    show = new Show(context, stage, await openCrowd(stage.status.address, options.seed, context.clock));
    await Promise.race([reading, signals.promise]);
    const timeUp = options.limitMs === undefined ? [] : [pause(options.limitMs)];
    const ended = Promise.race([signals.promise, ...timeUp]);
    if (!signals.happened) await dashboard(context, stage, { show, ended });
    await show.end();
    await summarise(context, stage, show);
    if (signals.happened) return EXIT.interrupted;
    return show.asked.some(({ verdict }) => verdict === 'wrong') ? EXIT.failed : EXIT.ok;
  } finally {
    await show?.close();
    await stage?.close();
    signals.close();
  }
}

function introduce(context: Context): void {
  const { style } = context;
  context.say(style.bold('gw demo: three simulated providers on this machine; no account, no network.'));
  context.say('Five clients ask all the time, while the providers fail one after the other:');
  context.say('rate limits, errors, stalls, refused connections, answers cut in the middle.');
  context.say(
    `Watch who serves. ${style.bold('enter')} opens a request, ${style.bold('?')} helps, ${style.bold('q')} leaves.`,
  );
}

async function dashboard(
  context: Context,
  { paths }: Stage,
  { show, ended }: { readonly show: Show; readonly ended: Promise<void> },
): Promise<void> {
  const { stdin, stdout, stderr, style, clock } = context;
  await runDashboard({
    hands: dashboardHands({ ...context, paths }),
    look: lookOf(context, {}),
    connect: () => connectControl(paths.socket),
    now: () => clock.now(),
    after: (delayMs, action) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
    stdin,
    stdout,
    stderr,
    style,
    scenes: (tell) => show.watch(tell),
    ended,
  });
}

/** The outages and the traffic, from the moment it is made until `end`. */
class Show {
  readonly asked: Asked[] = [];
  readonly since: number;
  readonly #crowd: Crowd;
  readonly #providers: Stage['providers'];
  readonly #running = new Set<Promise<void>>();
  readonly #traffic: NodeJS.Timeout;
  readonly #script: Promise<void>;
  readonly #over = Promise.withResolvers<void>();
  #scene: Scene = WELL;
  #tell: ((scene: Scene) => void) | undefined;
  #isOver = false;

  constructor(context: Context, { providers }: Stage, crowd: Crowd) {
    this.#crowd = crowd;
    this.#providers = providers;
    this.since = context.clock.now();
    this.#traffic = setInterval(() => this.#askOne(), BETWEEN_REQUESTS_MS);
    this.#script = this.#loop();
  }

  /** Tells what is on, now and whenever that changes; the answer ends it. */
  watch(tell: (scene: Scene) => void): () => void {
    this.#tell = tell;
    tell(this.#scene);
    return () => {
      this.#tell = undefined;
    };
  }

  /** Stops asking, and lets what runs finish. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#traffic);
    this.#over.resolve();
    await this.#script;
    await repairAll(this.#providers);
    await Promise.race([Promise.all(this.#running), pause(FINISH_MS)]);
  }

  async close(): Promise<void> {
    await this.end();
    await this.#crowd.close();
  }

  #askOne(): void {
    const running = this.#note(this.#crowd.ask());
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  async #note(asking: Promise<Asked>): Promise<void> {
    this.asked.push(await asking);
  }

  #show(scene: Scene): void {
    this.#scene = scene;
    this.#tell?.(scene);
  }

  async #loop(): Promise<void> {
    const script: readonly Outage[] = [...outages(RETRY_AFTER_S), CUT];
    for (let turn = 0; !this.#isOver; turn++) {
      await repairAll(this.#providers);
      this.#show(WELL);
      await Promise.race([pause(WELL_MS), this.#over.promise]);
      if (this.#isOver) return;
      const outage = script[turn % script.length];
      await outage?.begin(this.#providers);
      if (outage) this.#show({ text: outage.sentence, calm: false });
      await Promise.race([pause(OUTAGE_MS), this.#over.promise]);
    }
  }
}

async function summarise(context: Context, { paths }: Stage, { asked, since }: Show): Promise<void> {
  const { requests, correct, told, wrong, failovers, addedMs } = tallyOf(
    asked,
    await readTrails(paths, since),
  );
  const added = addedMs === undefined ? '' : `, which took ${formatDuration(addedMs.median)} at the median`;
  context.say(
    `${requests} requests: ${correct} answered whole and correct, ${failovers} by failover${added}.`,
  );
  if (told > 0) {
    context.say(
      `${told} ${told === 1 ? 'answer was' : 'answers were'} cut in the middle, and the caller was told so.`,
    );
  }
  if (wrong > 0) context.say(`${wrong} went wrong:`);
  for (const failure of asked.filter(({ verdict }) => verdict === 'wrong'))
    context.say(`  ${failureLine(failure)}`);
  context.say(
    'Everything the demo started is gone again. With providers of your own: gw init, then gw start.',
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
