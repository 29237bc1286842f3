import type { ModelPrice } from './price.ts';

/** What a model can take and give besides text. Absent means that nobody says, which is not the same as no. */
export interface Abilities {
  readonly tools?: boolean;
  readonly images?: boolean;
  readonly audio?: boolean;
  readonly video?: boolean;
  readonly pdf?: boolean;
  readonly reasoning?: boolean;
  readonly structuredOutput?: boolean;
  /** Whether `temperature` may be set. */
  readonly temperature?: boolean;
}

/** What is known of one model at one provider. Plain data: it travels between threads. */
export interface ModelFacts {
  /** Tokens of prompt and answer together, of the prompt alone, and of the answer alone, at most. */
  readonly context?: number;
  readonly maxInput?: number;
  readonly maxOutput?: number;
  readonly abilities?: Abilities;
  /** It wants its `reasoning_content` back in the next turn. */
  readonly reasoningBack?: true;
  /** Its answers are no text: images, sounds, vectors. */
  readonly noText?: true;
  readonly deprecated?: true;
  readonly price?: ModelPrice;
}

/** Which model of which provider is asked about. */
export interface ModelQuestion {
  /** The preset the provider was made from. */
  readonly preset: string | undefined;
  readonly url: string;
  readonly free: boolean;
  readonly model: string;
}
