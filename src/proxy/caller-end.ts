/** What takes bytes at its own pace: when `write` is false, no more should be written before `drain`. */
export interface Drained {
  once(event: 'drain', action: () => void): unknown;
}

/** The caller's end of an exchange: its connection, or what stands in for the connections of several callers. */
export interface CallerEnd extends Drained {
  writeHead(status: number, lines: string[]): unknown;
  /** False when no more should be written before `drain`. */
  write(bytes: Buffer, written?: () => void): boolean;
  end(bytes?: Buffer | string, encoding?: BufferEncoding): unknown;
  destroy(): unknown;
  /** Whether the bytes of an answer go out in chunks (RFC 9112, 7.1). */
  readonly chunkedEncoding?: boolean;
  readonly socket:
    | (Drained & { write(text: string, encoding: BufferEncoding): boolean; resetAndDestroy(): unknown })
    | null;
}

/** Listens to the answer on its way to the caller: the very bytes. */
export interface AnswerTap {
  began(status: number, lines: readonly string[]): void;
  sent(bytes: Buffer): void;
  /** The answer is whole. */
  ended(): void;
}

/** Breaks a connection so that nobody takes what came for a whole answer. */
export function hangUpOn(end: CallerEnd, byReset: boolean | undefined): void {
  if (byReset === true && end.socket) end.socket.resetAndDestroy();
  else end.destroy();
}
