import { fault } from '../core/fault.ts';
import type { Signer } from '../core/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { joined } from '../lib/splice.ts';
import type { AttemptOrder, AttemptReport, AttemptResult } from './attempt-order.ts';
import { makeAttempt } from './attempt.ts';
import type { Exchange } from './exchange.ts';
import type { AnswerHeaders } from './outlet.ts';
import { whyInterrupted } from './race/why-interrupted.ts';
import { withoutCredentials } from './redact.ts';
import type { AttemptDraft } from './trail-draft.ts';
import type { Body } from './wire.ts';

/**
 * Makes an attempt at a target whose requests are signed, or need a token first. The caller may hang up while that is
 * had; what is had by then serves the next request.
 *
 * @param address The provider's, below which the order's path is.
 */
export async function makeSignedAttempt(
  exchange: Exchange,
  record: AttemptDraft,
  order: AttemptOrder,
  clock: Clock,
  { signer, address }: { readonly signer: Signer; readonly address: string },
): Promise<AttemptResult> {
  const { method, path, body, report, lane } = order;
  const held = lane ?? exchange;
  const signed = await Promise.race([
    signer.sign({ method, url: address + path, body: whole(body) }),
    interruption(exchange, held),
  ]);
  held.whenInterrupted(undefined);
  if (signed?.is === 'ok' && !exchange.over && lane?.isLost !== true) {
    const { headers, secrets } = signed.value;
    return makeAttempt(
      exchange,
      record,
      {
        ...order,
        headers: [...order.headers, ...headers],
        credentials: [...order.credentials, ...secrets],
        report: new SignedReport(report, headers),
      },
      clock,
    );
  }
  exchange.endAttempt(record);
  const end = whyInterrupted(exchange, lane);
  return report.ended(end ?? unsent(exchange, signed?.is === 'failed' ? signed.fault : undefined));
}

function unsent({ abandoned }: Exchange, why = fault('internal')): AttemptResult {
  const given = abandoned === undefined ? why : fault('upstream_unreachable', abandoned);
  return { is: 'failed', fault: given, lost: false };
}

function interruption(exchange: Exchange, held: Pick<Exchange, 'whenInterrupted'>): Promise<undefined> {
  return new Promise((resolve) => {
    if (exchange.over) resolve(undefined);
    else held.whenInterrupted(() => resolve(undefined));
  });
}

/** Takes out of faults what was added to this one request, and tells the rest as it is. */
class SignedReport implements AttemptReport {
  readonly #report: AttemptReport;
  readonly #headers: readonly string[];

  constructor(report: AttemptReport, headers: readonly string[]) {
    this.#report = report;
    this.#headers = headers;
  }

  answered(headers: AnswerHeaders): void {
    this.#report.answered(headers);
  }

  content(): void {
    this.#report.content();
  }

  ended(result: AttemptResult): AttemptResult {
    if (result.is !== 'failed' && result.is !== 'cut') return this.#report.ended(result);
    return this.#report.ended({ ...result, fault: withoutCredentials(result.fault, this.#headers, '') });
  }
}

/** Some signatures are over the body. */
function whole(body: Body | null): Buffer | null {
  return body === null || Buffer.isBuffer(body) ? body : joined(body);
}
