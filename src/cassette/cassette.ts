import type { Ending } from '../core/cassette.ts';
import type { CallerFormatName, Operation } from '../core/operation.ts';
import type { Usage } from '../core/usage.ts';

/** What a cassette's first line says it is. Another number is another format. */
export const CASSETTE_VERSION = 1;

/** Where cassettes are looked for by name, and how their files end. */
export const CASSETTE_ENDING = '.cassette.jsonl';

/** Recorded exchanges, in the order in which they ended. */
export interface Cassette {
  readonly head: CassetteHead;
  readonly exchanges: readonly CassetteExchange[];
}

/** The first line of the file. */
export interface CassetteHead {
  /** The day of the recording, in UTC. */
  readonly recorded: string;
  /** Fields of request bodies, by dotted path, that are not compared when an answer is looked for. */
  readonly ignored: readonly string[];
}

/** Text, or what is none in base64. */
export type Body = string | { readonly base64: string };

/** One line of the file. */
export interface CassetteExchange {
  readonly format: CallerFormatName;
  readonly operation: Operation;
  readonly method: string;
  readonly url: string;
  readonly route?: string;
  readonly request: { readonly contentType: string; readonly body: Body };
  readonly answer: {
    /** 0 where nothing was answered. */
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Milliseconds since the request came, and what was sent then. */
    readonly chunks: readonly (readonly [atMs: number, bytes: Body])[];
    readonly ending: Ending;
    readonly endMs: number;
  };
  /** What a person looks for: how it failed, and after how many bytes. */
  readonly fault?: { readonly is: 'status' | Exclude<Ending, 'whole'>; readonly byte: number };
  readonly usage?: Usage;
}

/** A cassette that cannot be used, and where. */
export class CassetteError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'CassetteError';
    this.line = line;
  }
}

export function bytesOf(body: Body): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.base64, 'base64');
}

export function bodyOf(bytes: Buffer): Body {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : { base64: bytes.toString('base64') };
}
