/**
 * Tokens of one answer. `input` includes what was read from and written to the prompt cache, `output` includes
 * reasoning, whatever the provider's own convention. Absent means the provider did not say: it is not zero.
 */
export interface Usage {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}
