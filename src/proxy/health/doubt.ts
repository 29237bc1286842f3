import { type Fault, fault } from '../../core/fault.ts';
import { targetName } from '../../core/target.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import type { AttemptDraft } from '../trail-draft.ts';
import { type Finding, type LookParts, lookWithOneToken } from './look.ts';
import type { ProberParts } from './prober.ts';
import type { TargetState } from './target-state.ts';

/** Of the time after which a stream would be late: from here on the rest is for the answer to the question. */
const ASK_AFTER = 1 / 2;
/** Each further question comes so many times later: a long answer costs three in its two minutes. */
const LATER_EACH_TIME = 4;
/** Whoever doubts the same target within this time shares one question: a crowd of callers must not use up its limits. */
const SHARED_MS = 1000;
/** A question that took this much longer than it may says that this process stood still, and nothing of the target. */
const LAG_MS = 250;
/** Who had content for others meanwhile is asked once more: one question may meet the one server of many that hangs. */
const MOST_ASKED = 2;

/** What was asked last of a target. */
interface Question {
  readonly at: number;
  readonly finding: Promise<Finding>;
  isOpen: boolean;
}

type DoubtParts = Pick<ProberParts, 'clock' | 'log' | 'instance' | 'version' | 'network'>;

/**
 * Asks targets that owe somebody a whole answer whether they still answer anybody. A stream shows by its first content
 * that its target lives; a whole answer shows nothing until it is there, and one that is long looks like one that never
 * comes. A question for one token tells them apart.
 */
export class Doubts {
  readonly #parts: DoubtParts;
  readonly #ending = new AbortController();
  readonly #asked = new WeakMap<TargetState, Question>();

  constructor(parts: DoubtParts) {
    this.#parts = parts;
  }

  /**
   * The doubt about one attempt; undefined where a question would tell nothing or do harm.
   *
   * @param contentMs Milliseconds after which a stream would be late.
   */
  about(exchange: Exchange, step: Step, record: AttemptDraft, contentMs: number): Doubt | undefined {
    // A model that answers no conversation, one that chaos plays, one that serves only so many at once.
    if (exchange.operation !== 'chat' || record.injected !== undefined || step.room !== undefined)
      return undefined;
    if (step.provider.auth === 'passthrough') return undefined;
    return new Doubt(contentMs, record, {
      ask: (limitMs) => this.#ask(step, limitMs),
      elapsed: () => exchange.elapsed(),
    });
  }

  /** Ends every question under way. */
  stop(): void {
    this.#ending.abort();
  }

  #ask(step: Step, limitMs: number): Promise<Finding> {
    const { clock } = this.#parts;
    if (this.#isInVain(step)) return Promise.resolve({ is: 'unclear' });
    const at = clock.monotonic();
    const before = this.#asked.get(step.state);
    if (before && (before.isOpen || at - before.at < SHARED_MS)) return before.finding;
    const finding = this.#look(step, { ...this.#parts, signal: this.#ending.signal, limitMs });
    const question: Question = { at, finding, isOpen: true };
    this.#asked.set(step.state, question);
    void finding.then(() => (question.isOpen = false));
    return finding;
  }

  /** What little its limits leave is for callers, and while this computer is offline nobody answers. */
  #isInVain({ state, upstream }: Step): boolean {
    const { clock, network } = this.#parts;
    const { headroom } = state.pulse;
    const now = clock.now();
    if (network?.isOffline === true && upstream.placeDistance === 'far') return true;
    return state.isCooling(now) || (headroom.isTold && headroom.shortage(0, now) !== undefined);
  }

  async #look(step: Step, parts: LookParts): Promise<Finding> {
    const { clock, log } = this.#parts;
    const begunAt = clock.monotonic();
    const finding = await this.#find(step, parts).catch((error: unknown): Finding => {
      log.write('error', 'question-crashed', { error });
      return { is: 'unclear' };
    });
    if (this.#ending.signal.aborted || finding.is === 'unclear') return { is: 'unclear' };
    log.write('info', isSilent(finding) ? 'late-and-silent' : 'late-but-alive', {
      target: targetName(step.target),
      key: step.target.key,
      ms: Math.round(clock.monotonic() - begunAt),
      ...(finding.is === 'failed' && { fault: finding.fault.code, message: finding.fault.message }),
    });
    return finding;
  }

  async #find(step: Step, parts: LookParts): Promise<Finding> {
    const { clock } = this.#parts;
    for (let asked = 1; ; asked++) {
      const at = clock.now();
      const begunAt = clock.monotonic();
      const finding = await lookWithOneToken(step, parts);
      const ms = clock.monotonic() - begunAt;
      if (finding.is === 'failed' && finding.why === 'unasked') return { is: 'unclear' };
      if (!isSilent(finding) || this.#ending.signal.aborted) return finding;
      if (ms > (parts.limitMs ?? Infinity) + LAG_MS) return { is: 'unclear' };
      if (step.state.pulse.spokeAt <= at) return this.#whose(step, finding, at);
      if (asked === MOST_ASKED) return { is: 'well', way: 'one-token' };
    }
  }

  /** Whose silence it is: of what this computer's own network keeps away nobody knows. */
  #whose({ upstream }: Step, finding: Failure, at: number): Promise<Finding> {
    const { network } = this.#parts;
    if (network === undefined) return Promise.resolve(finding);
    return new Promise((resolve) => {
      network.failed({
        upstream,
        fault: finding.fault,
        at,
        blame: () => resolve(finding),
        excuse: () => resolve({ is: 'unclear' }),
      });
    });
  }
}

type Failure = Extract<Finding, { is: 'failed' }>;

/** An attempt whose answer is late. */
export interface Doubted {
  /** Nothing of its answer has come, and nobody has given it up. */
  readonly isWaiting: boolean;
  giveUp(why: Fault): void;
}

/** Whether one attempt's target is to be asked, and what followed. */
export class Doubt {
  readonly #contentMs: number;
  readonly #record: AttemptDraft;
  readonly #ways: {
    readonly ask: (limitMs: number) => Promise<Finding>;
    readonly elapsed: () => number;
  };
  /** When it is to be asked next, in milliseconds since the attempt began. */
  dueMs: number;

  constructor(
    contentMs: number,
    record: AttemptDraft,
    ways: { readonly ask: (limitMs: number) => Promise<Finding>; readonly elapsed: () => number },
  ) {
    this.#contentMs = contentMs;
    this.#record = record;
    this.#ways = ways;
    this.dueMs = contentMs * ASK_AFTER;
  }

  /** Asks, and has the attempt given up where its target does not answer that either. Never rejects. */
  async ask(attempt: Doubted): Promise<void> {
    const limitMs = this.#contentMs * (1 - ASK_AFTER);
    this.dueMs *= LATER_EACH_TIME;
    const finding = await this.#ways.ask(limitMs);
    const record = this.#record;
    if (!attempt.isWaiting || finding.is === 'unclear') return;
    const waitedMs = Math.round(this.#ways.elapsed() - record.startMs);
    if (!isSilent(finding)) {
      record.vouchedMs = record.startMs + waitedMs;
      return;
    }
    record.limitMs = waitedMs;
    record.limitFrom = 'question';
    const told = `no answer within ${formatDuration(waitedMs)}, and none to a question for one token either`;
    attempt.giveUp(fault('upstream_timeout', told));
  }
}

/** A refusal is an answer too: who sheds new requests may still be at work on an earlier one. */
function isSilent(finding: Finding): finding is Failure {
  return finding.is === 'failed' && finding.why === 'silent';
}
