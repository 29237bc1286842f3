import { AUTH_SCHEMES } from '../../core/auth.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorCode, errorMessage } from '../../lib/expect.ts';
import { formsOf, Secret } from '../../lib/secret.ts';

/** One small request to a provider, made by a command (never by the proxy). */
export interface UpstreamCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** The HTTP proxy on the way to it. */
  readonly proxy: URL | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** For the whole call, from the first packet to the last byte. */
  readonly timeoutMs: number;
}

/** What came back; the text is cut at a few megabytes, more than any list of models needs. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  readonly location: string | undefined;
  readonly ms: number;
}

/** No answer came: the system's error code, or `TIMEOUT`. */
export interface NoAnswer {
  readonly code: string;
  readonly message: string;
  readonly ms: number;
}

// OpenRouter's list of models, the longest known, is about half a megabyte.
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Makes one call on a connection of its own; follows no redirect, and gives up after `timeoutMs`. */
export async function callUpstream(
  call: UpstreamCall,
  clock: Clock,
): Promise<Outcome<UpstreamAnswer, NoAnswer>> {
  // Loaded here: it costs 75 ms, and most commands call nobody.
  const [{ Agent }, { makeConnector }] = await Promise.all([
    import('undici'),
    import('../../proxy/index.ts'),
  ]);
  const connect = makeConnector(call.timeoutMs, call.proxy);
  const agent = new Agent({ connect, maxResponseSize: MAX_ANSWER_BYTES });
  const started = clock.monotonic();
  const signal = AbortSignal.timeout(call.timeoutMs);
  try {
    const { origin, pathname, search } = new URL(call.url);
    const { statusCode, headers, body } = await agent.request({
      origin,
      path: pathname + search,
      method: call.method,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', ...call.headers },
      body: call.body ?? null,
      signal,
    });
    return ok({
      status: statusCode,
      text: withoutKeys(await body.text(), call.headers),
      contentType: single(headers['content-type']),
      retryAfter: single(headers['retry-after']),
      location: single(headers['location']),
      ms: clock.monotonic() - started,
    });
  } catch (error) {
    const code = signal.aborted ? 'TIMEOUT' : (innermostCode(error) ?? 'UNKNOWN');
    return failed({ code, message: errorMessage(error), ms: clock.monotonic() - started });
  } finally {
    await agent.destroy();
  }
}

/** Some hosts quote the key they refuse, and this text is shown. */
function withoutKeys(text: string, headers: Readonly<Record<string, string>>): string {
  let clean = text;
  for (const { header } of Object.values(AUTH_SCHEMES)) {
    const key = header === undefined ? '' : (headers[header]?.replace(/^Bearer\s+/i, '') ?? '');
    if (key === '') continue;
    for (const form of formsOf(key)) clean = clean.replaceAll(form, String(new Secret(key)));
  }
  return clean;
}

/** A dual-stack host fails with an error of errors, and undici wraps what the socket said. */
function innermostCode(error: unknown): string | undefined {
  const inner = error instanceof Error && error.cause !== undefined ? innermostCode(error.cause) : undefined;
  const first = error instanceof AggregateError ? errorCode(error.errors[0]) : undefined;
  return inner ?? errorCode(error) ?? first;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
