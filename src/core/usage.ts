/**
 * Tokens of one answer. `input` includes what was read from and written to the prompt cache, `output` includes
 * reasoning, whatever the provider's own convention. Absent means the provider did not say: it is not zero.
 */
export interface Usage {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  /** All that was written to the cache, for whatever time. */
  readonly cacheWrite?: number;
  /** The part of `cacheWrite` that is kept for an hour, which costs more. */
  readonly cacheWrite1h?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
  /** The part of `audioInput` that is in `cacheRead` too. */
  readonly audioCacheRead?: number;
  readonly audioOutput?: number;
  readonly imageInput?: number;
  readonly imageOutput?: number;
}

const FIGURES = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'audioInput',
  'audioCacheRead',
  'audioOutput',
  'imageInput',
  'imageOutput',
] as const satisfies readonly (keyof Usage)[];

/** What several calls took together; a figure that one of them told is the sum of those that did. */
export function sumUsage(usages: readonly Usage[]): Usage {
  let sum: Usage = {};
  for (const usage of usages) {
    for (const name of FIGURES) {
      const figure = usage[name];
      if (figure !== undefined) sum = { ...sum, [name]: (sum[name] ?? 0) + figure };
    }
  }
  return sum;
}
