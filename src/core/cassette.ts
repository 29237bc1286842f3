import type { HeaderList } from './capture.ts';
import type { CallerFormatName, Operation } from './operation.ts';
import type { Usage } from './usage.ts';

/** Requests that carry a recording's id in this header belong to it; it goes no further than gw. */
export const RECORDING_HEADER = 'x-gw-recording';

/** Larger exchanges are not recorded: a cassette is committed, and its messages have to fit through the socket. */
export const TAKEN_MOST_BYTES = 6 * 1024 * 1024;

/** Which exchanges a recording takes. */
export interface RecordingOrder {
  readonly name: string;
  /** Only those of this route, or of callers whose name begins so. */
  readonly route?: string;
  readonly client?: string;
  /** Only those that carry its id in `x-gw-recording`. */
  readonly marked: boolean;
}

/** A recording that runs, as everybody sees it. Times are epoch milliseconds. */
export interface RecordingView extends RecordingOrder {
  readonly startedAt: number;
  /** Exchanges that were taken so far, and those that cannot be in the cassette. */
  readonly taken: number;
  readonly leftOut: number;
}

/**
 * How an answer ended. `closed` and `reset` broke off, by a connection that closed or was reset; at `gone` the caller
 * had enough of waiting.
 */
export const ENDINGS = { whole: true, closed: true, reset: true, gone: true } as const;
export type Ending = keyof typeof ENDINGS;

/** An exchange on its way to a cassette: as the caller saw it, without any credential that gw knows. */
export interface TakenExchange {
  readonly format: CallerFormatName;
  readonly operation: Operation;
  readonly method: string;
  /** As asked, query included, without keys. */
  readonly url: string;
  readonly contentType: string;
  /** Base64, as bytes need it to pass through JSON. */
  readonly request: string;
  /** 0 where nothing was answered. */
  readonly status: number;
  readonly headers: HeaderList;
  /** Milliseconds since the request came, and the bytes that were sent then, in base64. */
  readonly chunks: readonly (readonly [atMs: number, base64: string])[];
  readonly ending: Ending;
  readonly endMs: number;
  readonly route?: string;
  readonly usage?: Usage;
}

/** Why an exchange is not in the cassette. */
export interface LeftOut {
  readonly path: string;
  readonly why: string;
}
