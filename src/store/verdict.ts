import type { Hiding } from '../core/capture.ts';

/** One batch of finished exchanges on its way to the database. */
export interface Batch {
  readonly rows: number;
  /** One trail per line, as JSON in UTF-8. In shared memory: a message with it copies nothing. */
  readonly lines: Uint8Array;
  /** What is kept beside some of them. */
  readonly captures: readonly CaptureRow[];
  /** Wall clock when it was sent: what retention by age is measured against. */
  readonly now: number;
}

/** One exchange's headers and bodies on their way to the database; bodies are in shared memory. */
export interface CaptureRow {
  readonly id: string;
  /** `CaptureHead` as JSON. */
  readonly head: string;
  readonly request: Uint8Array;
  readonly answer: Uint8Array;
  readonly hidden: readonly Hiding[];
}

/** What became of a batch. `keep`: trying the same again later may work. `problem` is a sentence for a person. */
export type Verdict =
  | { readonly is: 'stored' }
  | { readonly is: 'refused'; readonly keep: boolean; readonly problem: string };

/** What the writing thread is told when it starts. */
export interface WriterOptions {
  readonly path: string;
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/** What the writing thread says. */
export type WriterMessage =
  | { readonly is: 'done'; readonly verdict: Verdict }
  | { readonly is: 'set-aside'; readonly path: string };

/** The sentence for a database that must not be touched or cannot be used as it is. */
export function refused(problem: string, keep = false): Verdict {
  return { is: 'refused', keep, problem };
}
