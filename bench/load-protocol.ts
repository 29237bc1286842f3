import type { CallerFormatName } from '../src/core/operation.ts';

/** What the load generator is told, one JSON object per line. */
export type LoadCommand =
  | {
      readonly type: 'requests';
      readonly port: number;
      readonly model: string;
      readonly concurrency: number;
      readonly warmup: number;
      readonly count: number;
    }
  | {
      readonly type: 'streams';
      readonly port: number;
      /** What the load generator speaks; OpenAI's chat unless it is said. */
      readonly caller?: CallerFormatName;
      readonly streams: number;
      readonly events: number;
      readonly paceMs: number;
    }
  | {
      readonly type: 'hold';
      readonly port: number;
      readonly streams: number;
      readonly events: number;
      readonly paceMs: number;
    };

/** What it answers: `warm`, then (after `go`) the figures, or `failed` at any time. */
export type LoadAnswer =
  | { readonly type: 'warm' }
  | { readonly type: 'held' }
  | { readonly type: 'requests'; readonly seconds: number; readonly p50Ms: number; readonly p99Ms: number }
  | {
      readonly type: 'streams';
      readonly events: number;
      readonly p50Ms: number;
      readonly p99Ms: number;
      readonly maxMs: number;
    }
  | { readonly type: 'failed'; readonly message: string };
