import type { ControlClient } from '../../control/index.ts';
import type { Captured, HeaderList } from '../../core/capture.ts';
import type { Trail } from '../../core/trail.ts';
import type { Clock } from '../../lib/clock.ts';
import type { NewAnswer } from './compare.ts';

/** Headers that belong to the connection, to the page or the SDK that asked, or to gw's own tests. */
const NOT_AGAIN =
  /^(accept-encoding|connection|content-length|cookie|expect|host|keep-alive|origin|proxy-.*|referer|sec-.*|te|trailer|transfer-encoding|upgrade|user-agent|x-gw-drill|x-stainless-retry-count)$/i;

/** The name replays go by, so that statistics tell what a person tried again from what clients asked. */
const REPLAY_CLIENT = 'gw-replay';

/** Whether a request was a replay itself: whoever says `--last` twice means the same request both times. */
export function isReplay({ client }: Pick<Trail, 'client'>): boolean {
  return client.name === REPLAY_CLIENT;
}

/** What is hidden in a capture cannot be sent. */
const HIDDEN = /\[secret( …[^\]]*)?\]/;

/** The headers of a captured request as they are sent once more. */
export function headersAgain(
  headers: HeaderList,
  more: { readonly on: string | undefined; readonly token: Readonly<Record<string, string>> },
): Record<string, string> {
  const again: Record<string, string> = {};
  for (const [name, value] of headers) {
    const isPinning = more.on !== undefined && /^x-gw-(targets|route)$/i.test(name);
    if (!NOT_AGAIN.test(name) && !HIDDEN.test(value) && !isPinning) again[name.toLowerCase()] ??= value;
  }
  return {
    ...again,
    'user-agent': REPLAY_CLIENT,
    ...(more.on === undefined ? {} : { 'x-gw-targets': more.on }),
    ...more.token,
  };
}

/** Sends a captured request to the running gw and waits for the whole answer; rejects when none comes. */
export async function sendAgain(
  { url, request }: Captured,
  trail: Trail,
  to: {
    readonly address: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly clock: Clock;
    readonly control: ControlClient;
  },
): Promise<NewAnswer> {
  // Loaded here: it costs 75 ms, and most who ask for a price go no further.
  const { Agent } = await import('undici');
  const agent = new Agent();
  const started = to.clock.monotonic();
  try {
    const response = await agent.request({
      origin: to.address,
      path: url,
      method: trail.method === 'GET' ? 'GET' : 'POST',
      headers: to.headers,
      body: request.body.length === 0 ? null : request.body,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const body = Buffer.from(await response.body.arrayBuffer());
    const totalMs = to.clock.monotonic() - started;
    const headers = headerList(response.headers);
    const id = headers.find(([name]) => name === 'x-gw-request-id')?.[1];
    return {
      status: response.statusCode,
      headers,
      body,
      trail: id === undefined ? undefined : ((await to.control.call('exchange', { id })) ?? undefined),
      totalMs,
    };
  } finally {
    await agent.destroy();
  }
}

function headerList(headers: Readonly<Record<string, string | string[] | undefined>>): HeaderList {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
}
