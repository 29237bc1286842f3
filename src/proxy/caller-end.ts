/** The caller's end of an exchange: its connection, or what stands in for the connections of several callers. */
export interface CallerEnd {
  writeHead(status: number, lines: string[]): unknown;
  /** False when no more should be written before `drain`. */
  write(bytes: Buffer, written?: () => void): boolean;
  end(bytes?: Buffer | string, encoding?: BufferEncoding): unknown;
  once(event: 'drain', action: () => void): unknown;
  destroy(): unknown;
  readonly socket: { resetAndDestroy(): unknown } | null;
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
