import type { FormatName } from './operation.ts';

/** JSON as its author wrote it. Tool arguments and schemas stay text: parsing and printing respells numbers and keys. */
export type JsonText = string;

/**
 * One request for an answer, in no vendor's shape: what a caller's format is decoded to and a provider's is encoded
 * from. Optional fields are absent when the caller did not say; nothing has a default here.
 */
export interface Conversation {
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** False forbids several calls in one turn. */
  readonly parallelCalls?: boolean;
  readonly maxOutput?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Token id → bias, as OpenAI spells it. */
  readonly logitBias?: JsonText;
  /** How many answers (`n`, `candidateCount`). */
  readonly candidates?: number;
  /** Alternatives per token; 0 asks for the chosen tokens alone. */
  readonly logprobs?: number;
  readonly reasoning?: ReasoningWish;
  readonly output?: OutputShape;
  /** `low`, `medium`, `high`: how much to say. */
  readonly verbosity?: string;
  /** The end user, for the provider's abuse checks. Not carried to another vendor's format. */
  readonly user?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tier?: string;
  readonly cacheKey?: string;
  readonly stream: boolean;
  /** Whether the caller wants usage at the end of a stream; always true where the format has no such switch. */
  readonly wantsUsage: boolean;
  /** What the decoder met and the hub has no word for. */
  readonly losses: readonly Loss[];
}

/**
 * One speaker's part of the conversation, in order. Results of tools are parts of `user` turns. Neighbouring turns may
 * have the same role.
 */
export interface Turn {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly parts: readonly Part[];
}

export type Part = TextPart | ReasoningPart | CallPart | ResultPart | MediaPart | RefusalPart;

interface PartFacts {
  /** The prompt up to and including this part is worth caching. */
  readonly cache?: CacheMark;
  /** State that only its issuer can read and that must come back to it unchanged. */
  readonly opaque?: readonly OpaqueState[];
}

export interface CacheMark {
  /** `5m` or `1h`. */
  readonly ttl?: string;
}

export interface TextPart extends PartFacts {
  readonly kind: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
}

/** What the model thought. Empty text with opaque state is content. */
export interface ReasoningPart extends PartFacts {
  readonly kind: 'reasoning';
  readonly text: string;
  /** The text is a summary of the thought, not the thought. */
  readonly summary?: boolean;
}

/** The model calls a tool of the caller. */
export interface CallPart extends PartFacts {
  readonly kind: 'call';
  /** Never empty: a decoder whose format has none makes one from its position. Not unique across turns. */
  readonly id: string;
  readonly name: string;
  /** As the model wrote it: may be empty, cut off or no JSON at all. A `custom` tool's is plain text. */
  readonly arguments: JsonText;
  /** True for a tool whose input is text, not JSON (OpenAI's custom tools). */
  readonly custom?: boolean;
}

/** What a tool of the caller answered. */
export interface ResultPart extends PartFacts {
  readonly kind: 'result';
  readonly id: string;
  /** The tool's name, where the format says it. */
  readonly name?: string;
  readonly content: readonly (TextPart | MediaPart)[];
  readonly isError?: boolean;
}

export interface MediaPart extends PartFacts {
  readonly kind: 'media';
  readonly media: 'image' | 'audio' | 'video' | 'file';
  /** `image/png`; undefined when only the provider could tell. */
  readonly mime?: string;
  readonly source: MediaSource;
  readonly name?: string;
  readonly title?: string;
  /** `low`, `high`, `auto`: how closely an image is looked at. */
  readonly detail?: string;
}

export type MediaSource =
  | { readonly is: 'base64'; readonly data: string }
  | { readonly is: 'url'; readonly url: string }
  | { readonly is: 'text'; readonly text: string }
  /** Kept at a provider: nobody else can read it. */
  | { readonly is: 'stored'; readonly id: string };

export interface RefusalPart extends PartFacts {
  readonly kind: 'refusal';
  readonly text: string;
}

/** Where a statement comes from. */
export interface Citation {
  readonly url: string;
  readonly title?: string;
  /** Characters of the part's text it supports. */
  readonly start?: number;
  readonly end?: number;
}

/**
 * Signatures, encrypted thoughts and the like. Another provider refuses them, so they only ever go back to their owner
 * (`formats/hub/fit.ts`), and travel through other formats in an envelope (`formats/hub/carry.ts`).
 */
export interface OpaqueState {
  readonly format: FormatName;
  /** Undefined when the caller brought it in the format's own slot: any provider of that format may have issued it. */
  readonly provider?: string;
  readonly model?: string;
  /**
   * - `signature`: vouches for the text of the part it is on.
   * - `encrypted`: the thought itself, unreadable (OpenAI's `encrypted_content`, Anthropic's `redacted_thinking`).
   * - `item`: the id of an item of the Responses API.
   */
  readonly kind: 'signature' | 'encrypted' | 'item';
  readonly data: string;
}

export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments; undefined: none are taken. */
  readonly schema?: JsonText;
  readonly strict?: boolean;
  /** Takes text instead of JSON. */
  readonly custom?: boolean;
  /** What the text of a custom tool must look like: `lark` or `regex`. */
  readonly grammar?: { readonly syntax: string; readonly definition: string };
  readonly cache?: CacheMark;
}

/** `auto`: may call. `none`: must not. `required`: must call. `names` narrows it to these tools. */
export interface ToolChoice {
  readonly mode: 'auto' | 'none' | 'required';
  readonly names?: readonly string[];
}

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How much the model is to think. Effort and budget are kept apart: each format has one of them or both. */
export interface ReasoningWish {
  readonly mode: 'off' | 'auto' | 'on';
  readonly effort?: Effort;
  /** Tokens. */
  readonly budget?: number;
  /** Whether the thought is to be shown. */
  readonly show?: boolean;
}

export type OutputShape =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name?: string;
      readonly description?: string;
      readonly schema: JsonText;
      readonly strict?: boolean;
    };

/**
 * What a translation could not carry: a row of `LOSSES`, or `field:` and the caller's own name of a request field that
 * the hub does not know.
 */
export type Loss = LossCode | `field:${string}`;

/** Everything a translation may have to leave out, as `x-gw-lossy`, the trail and `docs/formats.md` name it. */
export const LOSSES = {
  'answer-media': "a picture or sound in the answer that the caller's format has no place for",
  audio: 'audio the target cannot hear',
  cache: 'marks of what to cache',
  candidates: 'more than one answer',
  citations: 'citations without an address',
  'custom-tool': 'a tool that takes text instead of JSON',
  effort: 'how hard to think',
  file: 'a file the target cannot read',
  image: 'an image the target cannot see',
  'invalid-arguments': 'arguments of an earlier call that are no JSON',
  'json-output': 'that the answer is to be JSON',
  'late-system': 'the place of an instruction in the middle of the conversation',
  'logit-bias': 'bias of single tokens',
  logprobs: 'probabilities of tokens',
  metadata: 'metadata of the request',
  moderation: "categories of OpenAI's moderation that the target does not look for",
  'orphan-call': 'a call without a result, answered with an error',
  'orphan-result': 'a result without a call, told as text',
  'parallel-calls': 'whether several tools may be called at once',
  penalties: 'presence and frequency penalties',
  prefill: 'that the answer goes on from the last text',
  reasoning: 'earlier thoughts of another provider',
  refusal: 'the form of an earlier refusal',
  'result-media': 'pictures and files in the answer of a tool',
  schema: 'parts of the JSON schema',
  seed: 'the seed',
  'server-steps': 'steps in the answer of a tool that ran at the provider',
  'server-tool': "a tool that runs at the caller's own provider",
  stop: 'some of the stop sequences',
  'stored-file': 'a file kept at another provider',
  temperature: 'the temperature, or a part of its range',
  tier: 'the service tier',
  'tool-choice': 'which tools may be called',
  'top-k': 'top_k',
  'top-p': 'top_p',
  url: 'a picture or file by its address',
  user: 'who the end user is',
  verbosity: 'how much to say',
  video: 'video the target cannot watch',
} as const satisfies Readonly<Record<string, string>>;

export type LossCode = keyof typeof LOSSES;
