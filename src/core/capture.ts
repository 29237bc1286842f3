/** Of which exchanges headers and bodies are kept: of none, of those in which something failed, of all. */
export const CAPTURE_MODES = { off: true, errors: true, all: true } as const;
export type CaptureMode = keyof typeof CAPTURE_MODES;

/** Names and values, in the order they were sent; credentials are hidden. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** What is written down of a request or an answer beside its body. */
export interface MessageHead {
  readonly headers: HeaderList;
  /** Of the whole body, which may be more than what is kept of it. */
  readonly bytes: number;
  /** The body was larger than the limit: only its beginning is kept. */
  readonly isCut: boolean;
}

/** What is written down of an exchange beside its bodies. */
export interface CaptureHead {
  /** As asked, query included, without keys. */
  readonly url: string;
  readonly request: MessageHead;
  readonly answer: MessageHead;
}

/** An exchange's headers and bodies on their way to be kept. Bodies are the buffers that came, in order. */
export interface Capture {
  readonly head: CaptureHead;
  readonly request: readonly Uint8Array[];
  readonly answer: readonly Uint8Array[];
  /** What is replaced in both bodies before they are kept, and by what. */
  readonly hidden: readonly Hiding[];
}

/** A credential in one of its forms, and what is kept in its place. */
export type Hiding = readonly [form: string, shown: string];

/** A request or an answer as it was kept. */
export interface CapturedMessage extends MessageHead {
  readonly body: Buffer;
}

/** An exchange's headers and bodies as they were kept. */
export interface Captured {
  readonly url: string;
  readonly request: CapturedMessage;
  /** As the caller got it: a stream with all of its events, in the caller's format. */
  readonly answer: CapturedMessage;
}

/** The value of a header; names are told apart as HTTP does. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  return headers.find(([known]) => known.toLowerCase() === name)?.[1];
}
