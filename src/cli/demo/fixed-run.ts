import type { Trail } from '../../core/trail.ts';
import type { JsonObject } from '../../lib/expect.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { type Asked, type Crowd, openCrowd } from './crowd.ts';
import { type Interruption, watchSignals } from './interruption.ts';
import { type Outage, outages, repairAll } from './outages.ts';
import { readTrails } from './record.ts';
import { openStage, type Stage } from './stage.ts';
import { type Tally, tallyOf } from './tally.ts';

const WAVES = 2;
const WAVE = 4;
// Longer than any provider is left alone under the policy below; then what is slow is this machine.
const RECOVERY_MS = 4_000;
const RECOVERY_PAUSE_MS = 100;
// A breaker closes at the second success in a row.
const SUCCESSES = 2;
const RETRY_AFTER_S = 2;

const PACES = [
  { firstTokenMs: 60, tokensPerSecond: 800 },
  { firstTokenMs: 30, tokensPerSecond: 1500 },
  { firstTokenMs: 40, tokensPerSecond: 1000 },
] as const;

/** Everything that takes seconds in life takes a fraction of it here; the decisions are the same. */
const POLICY: JsonObject = {
  firstContentMs: '1200ms',
  answerMs: '1200ms',
  idleMs: '1200ms',
  waitMs: '500ms',
  breakerFailures: 3,
  breakerOpenMs: '500ms',
  breakerOpenCapMs: '1s',
};

/** One part of the scenario and what came of it. */
export interface Phase {
  readonly title: string;
  readonly sentence: string;
  /** Since the demo began. */
  readonly atMs: number;
  readonly tally: Tally;
  /** After the repair: how long until the first target served again, and how much was asked meanwhile. */
  readonly recovery: { readonly ms: number; readonly tally: Tally; readonly back: boolean } | undefined;
}

/** What the fixed scenario showed. */
export interface FixedResult {
  readonly phases: readonly Phase[];
  readonly total: Tally;
  /** Requests that were not answered whole and correct. */
  readonly failures: readonly Asked[];
  /** Parts of the scenario there was no time for. */
  readonly leftOut: readonly string[];
  readonly story: Trail | undefined;
  readonly tookMs: number;
}

/** Told while the scenario runs. */
export interface Narrator {
  staged(stage: Stage): void;
  began(atMs: number, sentence: string): void;
  ended(phase: Phase): void;
}

/** Plays the scenario once, and cleans up whatever happens. */
export async function playFixed(
  context: Context,
  options: { readonly seed: number; readonly limitMs: number },
  narrator: Narrator,
): Promise<FixedResult> {
  const interruption = watchSignals();
  let stage: Stage | undefined;
  let crowd: Crowd | undefined;
  try {
    stage = await openStage(context, { seed: options.seed, paces: PACES, policy: POLICY });
    narrator.staged(stage);
    crowd = await openCrowd(stage.status.address, options.seed, context.clock);
    const play = new Play(context, stage, crowd, interruption, narrator);
    const played = play.run(options.limitMs);
    const result = await Promise.race([played, interruption.promise]);
    if (result) return result;
    // What still runs ends with its connections; nobody waits for it.
    void played.catch(() => undefined);
    throw new CommandError('Interrupted: everything the demo started is gone again.', {
      exit: EXIT.interrupted,
    });
  } finally {
    await crowd?.close();
    await stage?.close();
    interruption.close();
  }
}

class Play {
  readonly #context: Context;
  readonly #stage: Stage;
  readonly #crowd: Crowd;
  readonly #interruption: Interruption;
  readonly #narrator: Narrator;
  readonly #began: number;
  readonly #since: number;
  readonly #asked: Asked[] = [];
  readonly #phases: Phase[] = [];

  constructor(context: Context, stage: Stage, crowd: Crowd, interruption: Interruption, narrator: Narrator) {
    this.#context = context;
    this.#stage = stage;
    this.#crowd = crowd;
    this.#interruption = interruption;
    this.#narrator = narrator;
    this.#began = context.clock.monotonic();
    this.#since = context.clock.now();
  }

  async run(limitMs: number): Promise<FixedResult> {
    await this.#phase({ title: 'all well', sentence: 'All is well.', begin: () => undefined });
    const leftOut: string[] = [];
    for (const outage of outages(RETRY_AFTER_S)) {
      if (this.#elapsed() > limitMs || this.#interruption.happened) leftOut.push(outage.title);
      else await this.#phase(outage, true);
    }
    if (leftOut.length === 0) {
      await this.#phase({ title: 'recovered', sentence: 'All is well again.', begin: () => undefined });
    }
    const trails = await readTrails(this.#stage.paths, this.#since);
    return {
      phases: this.#phases,
      total: tallyOf(this.#asked, trails),
      failures: this.#asked.filter(({ verdict }) => verdict !== 'correct'),
      leftOut,
      story: chooseStory(this.#asked, trails),
      tookMs: this.#elapsed(),
    };
  }

  async #phase({ title, sentence, begin }: Outage, breaks = false): Promise<void> {
    const atMs = this.#elapsed();
    this.#narrator.began(atMs, sentence);
    await begin(this.#stage.providers);
    const asked: Asked[] = [];
    for (let wave = 0; wave < WAVES; wave++) {
      asked.push(...(await Promise.all(Array.from({ length: WAVE }, () => this.#crowd.ask()))));
    }
    const recovered = breaks ? await this.#recover() : undefined;
    const trails = await readTrails(this.#stage.paths, this.#since);
    this.#asked.push(...asked, ...(recovered?.asked ?? []));
    const phase: Phase = {
      title,
      sentence,
      atMs,
      tally: tallyOf(asked, trails),
      recovery: recovered && {
        ms: recovered.ms,
        back: recovered.back,
        tally: tallyOf(recovered.asked, trails),
      },
    };
    this.#phases.push(phase);
    this.#narrator.ended(phase);
  }

  /** Repairs everything and goes on asking until the first target serves again. */
  async #recover(): Promise<{ ms: number; back: boolean; asked: Asked[] }> {
    await repairAll(this.#stage.providers);
    const began = this.#elapsed();
    const [first] = this.#stage.providers;
    const asked: Asked[] = [];
    for (;;) {
      asked.push(await this.#crowd.ask());
      const ms = this.#elapsed() - began;
      const latest = asked.slice(-SUCCESSES);
      const back = latest.length === SUCCESSES && latest.every(({ servedBy }) => servedBy === first.name);
      if (back || ms > RECOVERY_MS || this.#interruption.happened) return { ms, back, asked };
      await pause(RECOVERY_PAUSE_MS);
    }
  }

  #elapsed(): number {
    return this.#context.clock.monotonic() - this.#began;
  }
}

/** The failed-over request with the most to tell: a stream, if there is one, and the one that waited longest. */
function chooseStory(asked: readonly Asked[], trails: ReadonlyMap<string, Trail>): Trail | undefined {
  const candidates = asked
    .flatMap(({ id }) => trails.get(id ?? '') ?? [])
    .filter(({ failover, attempts }) => failover && attempts.length > 1);
  const weight = ({ stream, attempts }: Trail): number =>
    (stream ? 1e9 : 0) + (attempts.at(-1)?.startMs ?? 0);
  return candidates.sort((a, b) => weight(b) - weight(a))[0];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
