/** A fault being put into a provider's live traffic on purpose, as everybody sees it. Times are epoch milliseconds. */
export interface ChaosView {
  readonly provider: string;
  /** Only this model of it; absent: all of them. */
  readonly model?: string;
  /** As it was asked for: `429;retry-after=2`. */
  readonly fault: string;
  /** Which share of the attempts it meets: 0 to 1. */
  readonly rate: number;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Attempts it could have met, and those it met. */
  readonly attempts: number;
  readonly injected: number;
}

/** What a fault does to an attempt. */
export type ChaosPlay =
  /** Answered by the simulator, in its notation, in place of the provider: nothing reaches the provider. */
  | { readonly is: 'answered'; readonly text: string }
  /** No connection comes about, or it is lost at once, with this error code of the system. */
  | { readonly is: 'unreachable'; readonly code: string }
  /** The request leaves so much later; given up meanwhile, it never reaches the provider. */
  | { readonly is: 'late'; readonly ms: number }
  /** The provider's own answer comes slower: so long until its first event, so long between events. */
  | { readonly is: 'slowed'; readonly firstMs: number; readonly betweenMs: number }
  /** The provider's own answer breaks after so many events or bytes. */
  | {
      readonly is: 'broken';
      readonly after: number;
      readonly unit: 'event' | 'byte';
      readonly by: 'fin' | 'reset' | 'end' | 'stall';
    };

/** What is to be put into which traffic, and when. */
export interface ChaosOrder {
  readonly provider: string;
  readonly model?: string;
  readonly fault: string;
  readonly play: ChaosPlay;
  /** 0 to 1. */
  readonly rate: number;
  /** So many attempts pass before it begins, and so many are met at most; `Infinity` for all. */
  readonly skip: number;
  readonly most: number;
  /** Milliseconds from now until it begins, and how long it lasts then. */
  readonly delayMs: number;
  readonly lastsMs: number;
  /** Where the simulator answers, without a path; needed by `answered` alone. */
  readonly simulatorOrigin: string | undefined;
}

/** `openai`, or `openai/gpt-5.4`: where a fault is put. */
export function chaosPlace({ provider, model }: Pick<ChaosView, 'provider' | 'model'>): string {
  return model === undefined ? provider : `${provider}/${model}`;
}
