import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import type { CallerFormatName } from '../core/operation.ts';
import { CALLER_FORMATS } from '../formats/index.ts';
import type { Cassette } from './cassette.ts';
import { Deck, type Nearest } from './deck.ts';
import { localAnswer } from './local.ts';
import { type Onward, passOn } from './onward.ts';
import { type Pace, play } from './play.ts';
import { answer, refuse } from './refuse.ts';

// gw's own limit of a request's body.
const MOST_BODY_BYTES = 64 * 1024 * 1024;
const KEPT_MISSES = 100;

/** What a path means, as far as it has to be known here. */
export type Reading = { readonly format: CallerFormatName; readonly local?: string };

/** The head of a request, as far as it says what is asked for. */
export type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** How a cassette is served. */
export interface PlaybackOptions extends Pace {
  readonly cassette: Cassette;
  /** Each answer as often as it was recorded, in order; otherwise the last one again and again. */
  readonly strict: boolean;
  readonly read: (request: RequestHead) => Reading;
  /** Where unmatched requests go; they are refused without it. */
  readonly onward?: Onward;
  readonly onMiss?: (miss: Miss) => void;
  /** What a person can do about a request that has no answer, or none any more. */
  readonly fixOf?: (is: 'miss' | 'used-up') => string;
}

/** A request that the cassette has no answer to. */
export interface Miss {
  readonly method: string;
  readonly url: string;
  readonly passedOn: boolean;
  readonly why: string;
  readonly nearest?: Nearest;
}

/** What was asked of it so far. */
export interface Played {
  readonly hits: number;
  readonly misses: number;
  /** The first hundred. */
  readonly missed: readonly Miss[];
  readonly unused: ReturnType<Deck['unused']>;
}

/** A server that answers from a cassette, or only passes on. */
export interface Playback {
  /** Resolves with its address, without a path; rejects with the system's error (`EADDRINUSE`). */
  listen(port: number): Promise<string>;
  played(): Played;
  close(): Promise<void>;
}

/** Serves a cassette on loopback; nothing is opened until `listen`. */
export function createPlayback(options: PlaybackOptions): Playback {
  const deck = new Deck(options.cassette, options.strict);
  const tally = { hits: 0, misses: 0, missed: new Array<Miss>() };
  const server = loopbackServer(options.read, async (request, response) => {
    const body = await receive(request);
    if (body === undefined) return response.destroy();
    const { format, local } = options.read(request);
    const asked = { method: request.method ?? 'GET', url: request.url ?? '/' };
    const contentType = request.headers['content-type'] ?? '';
    const found = deck.find({ ...asked, format, contentType, body });
    if (found.is === 'hit') {
      tally.hits++;
      return play(found.exchange, response, options);
    }
    if (local !== undefined && options.onward === undefined) {
      return answer(response, 200, localAnswer(local, format, deck.models()));
    }
    const { onward } = options;
    const why = found.is === 'miss' ? missWords(found.nearest) : usedUpWords(found.times);
    const nearest = found.is === 'miss' ? found.nearest : undefined;
    const miss: Miss = { ...asked, passedOn: onward !== undefined, why, ...(nearest && { nearest }) };
    tally.misses++;
    if (tally.missed.length < KEPT_MISSES) tally.missed.push(miss);
    options.onMiss?.(miss);
    if (onward)
      return passOn(request, response, {
        body,
        onward,
        byReset: CALLER_FORMATS[format].breaksByReset === true,
      });
    const fix = options.fixOf?.(found.is);
    const words = `the cassette has no answer to this request: ${why}`;
    refuse(response, format, 'not_recorded', fix === undefined ? words : `${words}\n${fix}`);
  });
  return { ...opened(server), played: () => ({ ...tally, unused: deck.unused() }) };
}

/** A server that passes everything on, for a recording of what comes through it. */
export function createTap(onward: Onward, read: PlaybackOptions['read']): Omit<Playback, 'played'> {
  return opened(
    loopbackServer(read, async (request, response) => {
      const body = await receive(request);
      if (body === undefined) {
        response.destroy();
        return;
      }
      const byReset = CALLER_FORMATS[read(request).format].breaksByReset === true;
      passOn(request, response, { body, onward, byReset });
    }),
  );
}

function missWords(nearest: Nearest | undefined): string {
  if (nearest === undefined) return 'it is empty';
  return `the most similar of its requests is number ${nearest.number}, which differs in\n${nearest.differences.map((line) => `  ${line}`).join('\n')}`;
}

function usedUpWords(times: number): string {
  return times === 1
    ? 'it was recorded once, and has been answered'
    : `it was recorded ${times} times, and has been answered as often`;
}

/** Another host's name stands for this machine where a page on the internet calls: nothing is answered then. */
function loopbackServer(
  read: PlaybackOptions['read'],
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
): Server {
  return createServer((request, response) => {
    if (!/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(request.headers.host ?? '')) {
      const why = 'a cassette is served to this machine alone: ask 127.0.0.1';
      refuse(response, read(request).format, 'forbidden_origin', why);
      return;
    }
    serve(request, response).catch(() => response.destroy());
  });
}

async function receive(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > MOST_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function opened(server: Server): Pick<Playback, 'listen' | 'close'> {
  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          const bound = server.address();
          resolve(`http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : port}`);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
