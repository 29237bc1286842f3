import { FAULTS, type Fault, fault, type UpstreamAnswer } from '../../core/fault.ts';
import type { FormatName } from '../../core/operation.ts';
import type { LogPort } from '../../core/ports.ts';
import { targetName } from '../../core/target.ts';
import { errorMessage } from '../../lib/expect.ts';
import type { Failure } from '../../resilience/index.ts';
import type { Exchange } from '../exchange.ts';
import { bookLost } from '../race/book-lost.ts';
import { isFailover } from '../race/is-failover.ts';
import { type Refusal, type Reply } from '../reply.ts';
import type { Stage } from '../stage.ts';
import { traceHeaders } from '../trace-headers.ts';

/** Sees every exchange last: tells the caller what gw itself has to say, and closes the trail. */
export function conclude(log: LogPort): Stage {
  return (next) => async (exchange) => {
    let reply: Reply;
    try {
      reply = await next(exchange);
    } catch (error) {
      reply = crashed(exchange, error, log);
    }
    const { trail } = exchange;
    trail.totalMs = exchange.elapsed();
    if (trail.attempts.length > 1) bookLost(exchange);
    // What was continued began with whoever broke off.
    const first = trail.continued
      ? trail.attempts.find(({ firstContentMs }) => firstContentMs !== undefined)?.firstContentMs
      : trail.attempts.at(-1)?.firstContentMs;
    if (first !== undefined) trail.firstContentMs = first;
    closeTrail(exchange, exchange.gone && reply.is !== 'relayed' ? { is: 'gone' } : reply);
    return reply;
  };
}

/** A defect of gw: the stack goes to the log, the caller learns that it is not its own fault. */
function crashed(exchange: Exchange, error: unknown, log: LogPort): Reply {
  log.write('error', 'exchange-crashed', {
    id: exchange.trail.id,
    error: error instanceof Error ? (error.stack ?? error.message) : errorMessage(error),
  });
  return { is: 'refused', fault: fault('internal'), failures: [] };
}

function closeTrail(exchange: Exchange, reply: Reply): void {
  const { trail } = exchange;
  switch (reply.is) {
    case 'relayed':
      noteServed(exchange);
      return;
    case 'cut':
      trail.outcome = 'cut';
      noteFault(exchange, reply.fault);
      return;
    case 'gone':
      trail.outcome = 'gone';
      if (trail.status === 0) trail.status = FAULTS.client_gone.status;
      noteFault(exchange, fault('client_gone'));
      return;
    case 'answer':
      trail.outcome = 'served';
      send(exchange, reply.status, [...reply.headers], reply.body);
      return;
    case 'refused':
      trail.outcome = 'failed';
      noteFault(exchange, reply.fault);
      refuse(exchange, reply);
  }
}

function noteServed({ trail }: Exchange): void {
  trail.outcome = 'served';
  const served = trail.attempts.at(-1)?.target;
  // An old answer that stands in is no success of the target that failed last.
  if (!served || trail.cache?.is === 'stale') return;
  trail.served = served;
  trail.failover = isFailover(trail, served);
}

function noteFault({ trail }: Exchange, why: Fault): void {
  trail.fault = why.code;
  trail.message = why.message;
}

function refuse(exchange: Exchange, reply: Refusal): void {
  const { format, trail } = exchange;
  const status = statusOf(reply.fault, exchange.format.name);
  const report = { fault: reply.fault, status, id: trail.id, tried: tried(exchange, reply.failures) };
  const own = theirOwnWords(exchange, reply);
  const lines = ['content-type', own?.contentType ?? 'application/json', 'x-should-retry', mayRetry(reply)];
  if (reply.comeBack) {
    if (isWorthWaiting(reply.fault))
      lines.push('retry-after', String(Math.max(1, Math.ceil(reply.comeBack.afterMs / 1000))));
    lines.push('x-gw-retry-at', new Date(reply.comeBack.at).toISOString());
  }
  const providersId = trail.attempts.at(-1)?.requestId;
  lines.push('x-request-id', providersId ?? trail.id);
  // A body that was not read to its end leaves the connection in no state to carry another request.
  if (!exchange.request.complete) lines.push('connection', 'close');
  send(exchange, status, lines, own?.body ?? format.renderError(report));
}

/**
 * What gw gave up, its caller has no better chance with; but nothing was tried without network, without room, or before
 * its turn. A budget that is used up stays so for hours.
 */
function mayRetry({ fault: why, comeBack }: Refusal): string {
  if (why.code === 'over_budget') return comeBack ? 'true' : 'false';
  return why.code === 'offline' || why.code === 'busy' || why.code === 'too_many_requests' ? 'true' : 'false';
}

/**
 * Whether asking sooner would be in vain: a limit runs until then, or the provider said so. Of a target that only fails,
 * all that is known is when its breaker ends, and gw asks it before that when there is nobody else.
 */
function isWorthWaiting({ code, retryAfterMs }: Fault): boolean {
  return retryAfterMs !== undefined || FAULTS[code].health === 'neutral';
}

/** With one target gw has nothing to add: its refusal reaches the caller as it came. */
function theirOwnWords(
  { trail, format }: Exchange,
  { fault: why }: Refusal,
): { contentType: string; body: Buffer } | undefined {
  const { upstream } = why;
  if (trail.plan.length !== 1 || !upstream || upstream.body.length === 0 || upstream.status < 400)
    return undefined;
  if (isForeign(upstream, format.name)) return undefined;
  return { contentType: upstream.contentType ?? 'application/json', body: upstream.body };
}

/** What the provider answered is what the caller would have got without gw; anything else has its own status. */
function statusOf(why: Fault, format: FormatName): number {
  // What a status means differs from format to format: a bad key is a 400 at Google.
  const status = why.upstream && isForeign(why.upstream, format) ? undefined : why.upstream?.status;
  return status !== undefined && status >= 400 && status < 600 ? status : FAULTS[why.code].status;
}

function isForeign(upstream: UpstreamAnswer, format: FormatName): boolean {
  return upstream.format !== undefined && upstream.format !== format;
}

function tried({ trail }: Exchange, failures: readonly Failure[]): string[] {
  const lines = new Map<string, string>();
  for (const { target, skipped } of trail.plan)
    if (skipped !== undefined) lines.set(targetName(target), skipped);
  for (const { target, fault: why } of failures) lines.set(targetName(target), why.message);
  return [...lines].map(([target, why]) => `${target}: ${why}`);
}

function send(exchange: Exchange, status: number, lines: string[], body: Buffer): void {
  const { response, trail, request, capture } = exchange;
  trail.status = status;
  trail.bytesOut = body.length;
  traceHeaders(trail, lines);
  if (status !== 204) lines.push('content-length', String(body.length));
  capture?.began(lines);
  capture?.sent(body);
  response.writeHead(status, lines);
  response.end(request.method === 'HEAD' ? undefined : body);
}
