import type { Conversation } from '../../core/conversation.ts';
import { type Fault, type FaultCode, fault } from '../../core/fault.ts';
import type { Format } from '../../core/format.ts';
import { modelListUrl } from '../../core/model-list.ts';
import type { FormatName } from '../../core/operation.ts';
import { FORMATS } from '../../formats/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/duration.ts';
import { errorCode } from '../../lib/expect.ts';
import { readRetryAfter } from '../../resilience/index.ts';
import { VIA_HEADER } from '../arrival/headers.ts';
import { faultOfError, isLostConnection } from '../connections/unreachable.ts';
import type { Step } from '../fleet.ts';
import type { AnswerHeaders } from '../outlet.ts';
import { isCredential, withoutCredentials } from '../redact.ts';
import { translationTarget } from '../translation.ts';

/** Nobody waits for a look, but while it lasts no caller's request is the trial. */
const LIMIT_MS = 10_000;
/** An answer of one token with everything around it is a few kilobytes; what matters of a list is its status. */
const LONGEST_BODY = 256 * 1024;
/**
 * The Responses API refuses a limit below 16 ("Expected a value >= 16"), and a model that thinks has said nothing after
 * one token.
 */
const FEW_TOKENS = 16;
/** OpenAI's chat API answers 400 with these words when a model that thinks used up its limit: it works. */
const USED_UP = /output limit was reached/i;

/** What this machine has none left of: nobody was asked then. */
const USED_UP_HERE: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** Models that look on the web for whatever they are asked, "Hi" too, and are paid by the request. */
const SEARCHES = /deep-research|(?:^|[/-])(?:sonar|search)(?:-|$)/;

const FORMATS_BY_NAME: Readonly<Partial<Record<FormatName, Format>>> = FORMATS;

/** How it was looked: at the list of models, or with a request for one token. */
export type Way = 'models-list' | 'one-token';

/** Why a look failed: the target refused in whatever words, nothing came of it, or this machine could not ask it. */
type LookFailure = 'refused' | 'silent' | 'unasked';

/** What was found out about a target without a caller; `unclear` when that told nothing. */
export type Finding =
  | { readonly is: 'well'; readonly way: Way }
  | { readonly is: 'failed'; readonly way: Way; readonly fault: Fault; readonly why: LookFailure }
  | { readonly is: 'unclear'; readonly way?: Way };

type Failure = Extract<Finding, { is: 'failed' }>;

/** What looking needs from outside. */
export interface LookParts {
  readonly clock: Clock;
  readonly instance: string;
  readonly version: string;
  /** Ends every look at once. */
  readonly signal: AbortSignal;
  /** How long an answer is waited for, in milliseconds; usually ten seconds. */
  readonly limitMs?: number;
}

/** Asks for the list of models, which costs nothing, and says what that tells of this trouble. */
export async function lookFree(step: Step, reason: FaultCode, parts: LookParts): Promise<Finding> {
  const way = 'models-list';
  const address = modelListUrl(step.provider.url, step.provider.format);
  if (address === undefined) return { is: 'unclear' };
  const { pathname, search } = new URL(address);
  const question = { method: 'GET', path: pathname + search, body: null } as const;
  const answer = await ask(step, question, step.headers, parts);
  if ('is' in answer) return answer;
  const { status } = answer;
  if (status >= 500 && status !== 501)
    return { is: 'failed', way, fault: classify(step, answer, parts.clock.now()), why: 'refused' };
  if (reason === 'upstream_unreachable') return { is: 'well', way };
  if (reason !== 'upstream_refused_key') return { is: 'unclear', way };
  // A key may be allowed to chat and not to list (403), so only a plain refusal is one.
  if (status === 401)
    return { is: 'failed', way, fault: classify(step, answer, parts.clock.now()), why: 'refused' };
  if (status !== 200) return { is: 'unclear', way };
  // Some hosts list their models to everybody: then the list says nothing of the key.
  const bare = await ask(step, question, withoutKeys(step.headers), parts);
  const isGuarded = !('is' in bare) && (bare.status === 401 || bare.status === 403);
  return { is: isGuarded ? 'well' : 'unclear', way };
}

/** Asks the model for one token. A refusal costs nothing anywhere; who is paid by the request is not asked. */
export async function lookWithOneToken(step: Step, parts: LookParts): Promise<Finding> {
  const way = 'one-token';
  const codec = FORMATS_BY_NAME[step.provider.format]?.toProvider;
  if (!codec || step.target.model === '' || isPaidByRequest(step)) return { is: 'unclear' };
  const target = translationTarget(step);
  const { path, body } = codec.encodeRequest(shortQuestion(step), target);
  const question = { method: 'POST', path: step.upstream.prefix + path, body } as const;
  const answer = await ask(step, question, ['content-type', 'application/json', ...step.headers], parts);
  if ('is' in answer) return answer;
  if (answer.status >= 300) {
    if (USED_UP.test(answer.body.toString('utf8'))) return { is: 'well', way };
    return { is: 'failed', way, fault: classify(step, answer, parts.clock.now()), why: 'refused' };
  }
  for (const event of codec.decodeAnswer(answer.body, target))
    if (event.is === 'error') return { is: 'failed', way, fault: clean(step, event.fault), why: 'refused' };
  return { is: 'well', way };
}

function isPaidByRequest({ target, facts }: Step): boolean {
  const periods = facts()?.price?.periods ?? [];
  return SEARCHES.test(target.model) || periods.some(({ rates }) => rates.requests !== undefined);
}

function shortQuestion({ provider, reasons }: Step): Conversation {
  const needsMore = reasons || provider.format === 'openai-responses';
  return {
    turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
    tools: [],
    maxOutput: needsMore ? FEW_TOKENS : 1,
    stream: false,
    wantsUsage: false,
    losses: [],
  };
}

interface Question {
  readonly method: 'GET' | 'POST';
  /** With the upstream's prefix. */
  readonly path: string;
  readonly body: Buffer | null;
}

interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Buffer;
}

async function ask(
  step: Step,
  question: Question,
  headers: readonly string[],
  parts: LookParts,
  again = false,
): Promise<Answer | Failure> {
  const way = question.method === 'GET' ? 'models-list' : 'one-token';
  const signed = await sign(step, question);
  if ('code' in signed) return { is: 'failed', way, fault: signed, why: 'unasked' };
  const { clock, instance, version, signal, limitMs = LIMIT_MS } = parts;
  const late = new AbortController();
  const cancel = clock.after(limitMs, () => late.abort());
  try {
    const answer = await step.upstream.pool.request({
      ...question,
      headers: [
        ...(FORMATS_BY_NAME[step.provider.format]?.requestHeaders ?? []),
        ...headers,
        ...signed.headers,
        'accept-encoding',
        'identity',
        'user-agent',
        `gw/${version}`,
        VIA_HEADER,
        instance,
      ],
      signal: AbortSignal.any([late.signal, signal]),
    });
    return { status: answer.statusCode, headers: answer.headers, body: await read(answer.body) };
  } catch (error) {
    if (late.signal.aborted) {
      const found = fault('upstream_timeout', `no answer within ${formatDuration(limitMs)}`);
      return { is: 'failed', way, fault: found, why: 'silent' };
    }
    if (again || !isLostConnection(error)) return { is: 'failed', way, ...failureOf(error, step) };
  } finally {
    cancel();
  }
  // It may have been an idle connection that ended with the outage: what a new one meets is the truth.
  step.upstream.renew();
  return ask(step, question, headers, parts, true);
}

function failureOf(error: unknown, step: Step): Pick<Failure, 'fault' | 'why'> {
  const found = clean(step, faultOfError(error));
  if (USED_UP_HERE.has(errorCode(error) ?? '')) return { fault: found, why: 'unasked' };
  // A host that refuses or resets a connection is there: had it died, what waits for its answer would have broken too.
  const isSilent = found.sign !== undefined && found.sign !== 'stranger';
  return { fault: found, why: isSilent ? 'silent' : 'refused' };
}

async function sign(
  { signer, provider }: Step,
  { method, path, body }: Question,
): Promise<{ readonly headers: readonly string[] } | Fault> {
  if (signer === undefined) return { headers: [] };
  const signed = await signer.sign({ method, url: new URL(path, provider.url).href, body });
  return signed.is === 'ok' ? signed.value : signed.fault;
}

/** The beginning of an answer; the rest of a long one is not waited for. */
async function read(body: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_BODY) break;
  }
  return Buffer.concat(chunks);
}

function classify(step: Step, { status, headers, body }: Answer, now: number): Fault {
  const format = FORMATS_BY_NAME[step.provider.format];
  const type = headers['content-type'];
  const contentType = typeof type === 'string' ? type : undefined;
  const found =
    format?.classify({ format: format.name, status, contentType, body }) ??
    fault('upstream_overloaded', `HTTP ${status}`);
  const retryAfterMs = readRetryAfter(headers, body.toString('utf8'), now, status);
  return clean(step, { ...found, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}

function clean(step: Step, found: Fault): Fault {
  return withoutCredentials(found, step.headers, '');
}

function withoutKeys(headers: readonly string[]): string[] {
  return headers.filter((_, index) => !isCredential(headers[index - (index % 2)] ?? ''));
}
