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
  /** The provider is asked all the same, and paid: its own answer is broken or slowed on the way. */
  readonly asks: boolean;
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

/** Faults by the words a person would use, in the simulator's notation or as an error code of the system. */
export const CHAOS_WORDS: readonly ChaosWord[] = [
  word('503', '503', 'overloaded'),
  word('429', '429;retry-after=2', 'rate limited, for two seconds'),
  word('timeout', 'stall@accept', 'takes the request and says nothing'),
  word('slow-first-token', 'slow-first-token=20s', 'answers at once, and says nothing for 20s'),
  word('cut', 'cut@token=40', 'its answer breaks off after 40 tokens'),
  word('500', '500', 'an error of the server'),
  word('stall', 'stall@headers', 'sends its headers, and then nothing'),
  word('reset', 'reset@accept', 'the connection breaks before any answer'),
  word('refused', 'ECONNREFUSED', 'nothing listens at its address'),
  word('dns', 'ENOTFOUND', 'its host name does not resolve'),
  word('tls', 'CERT_HAS_EXPIRED', 'its certificate has expired'),
  word('slow-drip', 'slow-drip=2s', 'two seconds between events'),
  word('garbled', 'html-200', 'a web page instead of an answer'),
  word('empty', 'empty-200', 'a 200 with nothing in it'),
  word('401', '401', 'the key is refused'),
  word('out-of-credit', 'refuse=credit', 'the account is empty'),
  word('model-missing', '404;code=model_not_found', 'the model is not there'),
];

/** The fault a word stands for. */
export function chaosWord(name: string): ChaosWord | undefined {
  return CHAOS_WORDS.find((each) => each.name === name);
}

export interface ChaosWord {
  readonly name: string;
  readonly text: string;
  readonly summary: string;
}

/** How long chaos lasts when nothing is said, and at most: forgotten, it must not keep a provider out for a day. */
export const CHAOS_LASTS_MS = 300_000;
export const CHAOS_LASTS_AT_MOST_MS = 3_600_000;

function word(name: string, text: string, summary: string): ChaosWord {
  return { name, text, summary };
}
