/** Where the figures about tokens stand in an answer; hosts differ, and each of these has been seen in the wild. */
export const USAGE_PLACES = ['asked', 'each', 'finish', 'later', 'none'] as const;

/** What a model makes of an answer that the request begins for it. */
export const PREFILL_WAYS = ['continue', 'refuse', 'ignore', 'anew'] as const;

export type PrefillWay = (typeof PREFILL_WAYS)[number];

/** What an answer is made of before it is written down: amounts, texts and pace. */
export interface Recipe {
  /** Tokens of the answer; the prose decides when undefined. */
  readonly tokens: number | undefined;
  /** Tokens are padded to so many characters. */
  readonly tokenSize: number;
  readonly reasoningTokens: number;
  /** The thought is not shown, only handed over sealed. */
  readonly hiddenThought: boolean;
  /** The answer says exactly this. */
  readonly text: string | undefined;
  /** The answer repeats the last message. */
  readonly echo: boolean;
  /** So many calls of the tools that the request offers, whatever the message says. */
  readonly callTools: number;
  /** What becomes of an answer that the request begins. */
  readonly prefill: PrefillWay;
  readonly finishReason: string | undefined;
  readonly promptTokens: number | undefined;
  readonly cachedTokens: number;
  readonly usage: (typeof USAGE_PLACES)[number];
  readonly junkUsage: boolean;
  /** The answer says it came from this model. */
  readonly model: string | undefined;
  readonly headersMs: number;
  readonly firstTokenMs: number;
  readonly tokenMs: number;
  /** Waits vary by this share to both sides, the same way for the same request. */
  readonly jitter: number;
}

/** An answer at once, as long as its prose, with usage where the caller asked for it. */
export const PLAIN_RECIPE: Recipe = {
  tokens: undefined,
  tokenSize: 0,
  reasoningTokens: 0,
  hiddenThought: false,
  text: undefined,
  echo: false,
  callTools: 0,
  prefill: 'continue',
  finishReason: undefined,
  promptTokens: undefined,
  cachedTokens: 0,
  usage: 'asked',
  junkUsage: false,
  model: undefined,
  headersMs: 0,
  firstTokenMs: 0,
  tokenMs: 0,
  jitter: 0,
};
