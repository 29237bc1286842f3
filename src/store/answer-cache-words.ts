/** What the cache's thread is told when it starts. */
export interface AnswerDiskOptions {
  readonly path: string;
  readonly maxBytes: number;
}

/** An answer on its way to the disk or back: what is known of it as JSON, and its bytes. */
export interface AnswerRow {
  readonly head: string;
  readonly body: Uint8Array;
}

/** How much is kept on disk. */
export interface AnswerCount {
  readonly entries: number;
  readonly bytes: number;
}

/** What is asked of the thread. Every question is answered once, under its id. */
export type AnswerQuestion =
  | { readonly do: 'find'; readonly id: number; readonly key: string }
  | {
      readonly do: 'keep';
      readonly id: number;
      readonly key: string;
      readonly until: number;
      readonly now: number;
      readonly row: AnswerRow;
    }
  | { readonly do: 'clear'; readonly id: number; readonly now: number }
  | { readonly do: 'count'; readonly id: number; readonly now: number }
  | { readonly do: 'close' };

/** What it answers. `problem` is a sentence for a person: why the disk could not do it. */
export interface AnswerReply {
  readonly id: number;
  readonly row?: AnswerRow;
  readonly count?: AnswerCount;
  readonly problem?: string;
  /** A damaged file was put there, and a new one begun. */
  readonly setAside?: string;
}
