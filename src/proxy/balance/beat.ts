import { OPERATIONS } from '../../core/operation.ts';
import type { HeaderValues, Outstanding } from '../../resilience/index.ts';
import type { AttemptResult } from '../attempt-order.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import { roughTokens } from './prompt-size.ts';
import type { Pulse } from './pulse.ts';

const TOO_MANY_REQUESTS = 429;

interface Begun {
  readonly isStream: boolean;
  /** The key is one of the profile's: limits of callers who bring their own are each caller's alone. */
  readonly isOurs: boolean;
  readonly tokens: number;
  readonly now: number;
}

/** Follows one attempt, for the pulse of its target. */
export class Beat {
  readonly #pulse: Pulse;
  readonly #isStream: boolean;
  readonly #isOurs: boolean;
  readonly #begunAt: number;
  #outstanding: Outstanding | undefined;
  #isMeasured = false;

  constructor(pulse: Pulse, begun: Begun) {
    const { isStream, isOurs, tokens, now } = begun;
    this.#pulse = pulse;
    this.#isOurs = isOurs;
    this.#isStream = isStream;
    this.#begunAt = now;
    this.#outstanding = pulse.headroom.sent(tokens, now);
    pulse.live++;
  }

  answered(headers: HeaderValues, status: number | undefined, now: number): void {
    const request = this.#outstanding;
    if (request === undefined) return;
    this.#outstanding = undefined;
    const { headroom } = this.#pulse;
    if (!this.#isOurs) headroom.lost(request);
    else if (status === TOO_MANY_REQUESTS) headroom.refused(request, now);
    else headroom.answered(request, headers, now);
  }

  content(now: number): void {
    this.#pulse.spokeAt = now;
    this.#measure(now);
  }

  ended(result: AttemptResult, now: number): void {
    this.#pulse.live--;
    if (this.#outstanding) this.#pulse.headroom.lost(this.#outstanding);
    this.#outstanding = undefined;
    // Silence until the limit is as slow as can be. Every other failure is the breaker's to judge: it may be a quick one.
    // Where its caller waits no longer, nobody knows how slow it would have been.
    if (result.is === 'failed' && result.fault.code === 'upstream_timeout') {
      if (!result.fault.impatient) this.#measure(now);
    }
    // It is as slow as this at least; who was asked beside it had less time to show what it takes.
    else if (result.is === 'outrun' && !result.isHedge) this.#measure(now);
  }

  #measure(now: number): void {
    if (this.#isMeasured) return;
    this.#isMeasured = true;
    const { streams, wholes } = this.#pulse;
    (this.#isStream ? streams : wholes).add(Math.max(0, now - this.#begunAt), now);
  }
}

/** Follows an attempt that says something about its target: no rehearsal, nothing auxiliary, nothing put on. */
export function followAttempt(
  exchange: Exchange,
  { state, provider }: Step,
  now: number,
  isPutOn: boolean,
): Beat | undefined {
  if (isPutOn || exchange.drill !== undefined || OPERATIONS[exchange.operation].auxiliary) return undefined;
  return new Beat(state.pulse, {
    isStream: exchange.trail.stream,
    isOurs: provider.auth !== 'passthrough',
    tokens: roughTokens(exchange),
    now,
  });
}
