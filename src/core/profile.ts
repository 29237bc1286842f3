import type { Budget, RequestLimit } from './budget.ts';
import type { FormatName } from './operation.ts';
import type { Policy } from './policy.ts';
import type { Rates } from './price.ts';

/** Where a credential is kept. Only `inline` holds the value itself (in the profile file, said aloud when added). */
export type KeyReference =
  | { readonly is: 'env'; readonly name: string }
  | { readonly is: 'keychain'; readonly account: string }
  | { readonly is: 'file'; readonly path: string }
  | { readonly is: 'inline'; readonly value: string };

/**
 * How the credential travels: `bearer` in `Authorization`; `x-api-key` (Anthropic), `x-goog-api-key` (Google) and
 * `api-key` (Azure) in the header of that name; `aws` signs each request (SigV4); `google` and `azure` trade the
 * credential for a token that is renewed before it expires; `passthrough` forwards the caller's own `Authorization`;
 * `oauth` sends a token of the server that its settings name; `none` sends nothing.
 */
export type AuthScheme =
  | 'bearer'
  | 'x-api-key'
  | 'x-goog-api-key'
  | 'api-key'
  | 'aws'
  | 'google'
  | 'azure'
  | 'oauth'
  | 'passthrough'
  | 'none';

/**
 * Oddities of a host that speaks a known format, as named flags (never a test on the vendor's name).
 *
 * - `no-stream-options`: refuses `stream_options`, so usage cannot be asked for on streams.
 * - `max-tokens-old`: knows the limit on an answer's length as `max_tokens` only, not as `max_completion_tokens`.
 * - `no-developer-role`: refuses messages of the role `developer`; the same text goes as `system`.
 * - `reasoning-content-back`: refuses (400) the next turn when an assistant message with tool calls comes back without
 *   its `reasoning_content`.
 * - `tool-choice-any`: says `any` where the others say `required`.
 * - `ids-9`: takes tool call ids of exactly nine letters and digits only.
 * - `assistant-after-tools`: refuses (400) a message of the user right after the results of tools.
 * - `random-seed`: knows the seed as `random_seed`.
 * - `json-object-only`: has no JSON schemas for answers, only that they be a JSON object.
 * - `cache-control`: takes Anthropic's `cache_control` on the parts of a message and on tools.
 * - `think-tags`: what the model thought comes at the beginning of the text, between `<think>` and `</think>`.
 * - `openapi-schemas`: a host of the Gemini format that knows schemas as the OpenAPI 3.0 subset only (`parameters`), not
 *   as JSON Schema (`parametersJsonSchema`).
 * - `vertex-dialect`: the Gemini format as Vertex AI speaks it: models under `/publishers/google`, no service tier,
 *   penalties and files by address for every model.
 * - `anthropic-vertex`: speaks Anthropic's format as Vertex AI does: the model stands in the address, the version in the
 *   body.
 * - `rerank-top-k`: ranks documents as Voyage does: says `top_k` for `top_n`, and answers in `data` instead of `results`.
 * - `mistral-moderation`: judges texts by Mistral's categories instead of OpenAI's.
 * - `prefill-prefix`, `prefill-partial`: goes on from a last message of the assistant when that is marked `prefix: true`
 *   or `partial: true`.
 * - `free`: requests cost nothing (a server on this machine).
 */
export type Quirk =
  | 'no-stream-options'
  | 'max-tokens-old'
  | 'no-developer-role'
  | 'reasoning-content-back'
  | 'tool-choice-any'
  | 'ids-9'
  | 'assistant-after-tools'
  | 'random-seed'
  | 'json-object-only'
  | 'cache-control'
  | 'think-tags'
  | 'anthropic-vertex'
  | 'openapi-schemas'
  | 'vertex-dialect'
  | 'rerank-top-k'
  | 'mistral-moderation'
  | 'prefill-prefix'
  | 'prefill-partial'
  | 'free';

/**
 * What hosts that follow OpenAI's older API have in common, and what is expected of one that gw does not know: newer
 * hosts take the old words too.
 */
export const FOLLOWER_QUIRKS: readonly Quirk[] = ['max-tokens-old', 'no-developer-role'];

/**
 * Where tokens come from for a provider that takes no lasting key (RFC 6749): from the client's own credentials, or from
 * what a person was given who signed in on another page (RFC 8628).
 */
export interface OAuthSource {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret?: KeyReference;
  /** How the secret is sent there: in the form, or as HTTP Basic. */
  readonly clientAuth: 'body' | 'basic';
  readonly scope?: string;
  readonly audience?: string;
  /** Where signing in begins; absent where the client asks for itself. */
  readonly deviceUrl?: string;
  /** What signing in left: the one gets tokens, the other is one that does not expire. */
  readonly refreshToken?: KeyReference;
  readonly accessToken?: KeyReference;
}

/** One upstream account or server. */
export interface Provider {
  readonly name: string;
  /** The preset it was made from, if any. */
  readonly preset: string | undefined;
  /** Base address including the version prefix, without trailing slash: `https://api.openai.com/v1`. */
  readonly url: string;
  readonly format: FormatName;
  /** Other formats it speaks at the same address: callers of one of them are served without translation. */
  readonly alsoSpeaks: readonly FormatName[];
  readonly auth: AuthScheme;
  /** Of the scheme `oauth`. */
  readonly oauth?: OAuthSource;
  readonly keys: readonly KeyReference[];
  readonly enabled: boolean;
  /** Extra request headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly quirks: readonly Quirk[];
  /** The models it is known to have, for `/v1/models` and for planning; empty when not known. */
  readonly models: readonly string[];
  /** Globs of model names that belong to this provider when no route names them: `gpt-*`. */
  readonly owns: readonly string[];
  /** Requests it serves at once, all models together; absent: as many as come. */
  readonly concurrency?: number;
  /** What its owner pays, by model name or glob, where that is not what price lists say. The first that fits counts. */
  readonly prices?: Readonly<Record<string, Rates>>;
}

/** One step of a route. Without `model` the caller's own model name is passed along. */
export interface RouteTarget {
  readonly provider: string;
  readonly model: string | undefined;
  /** How often or how much it takes beside the others of its route, where that is balanced; 1 when not said. */
  readonly weight?: number;
}

/** A name that callers ask for, and its ordered targets. */
export interface Route {
  readonly name: string;
  /** Exact names or globs of the models this route answers to; `*` makes it the default. */
  readonly match: readonly string[];
  readonly targets: readonly RouteTarget[];
  /** What this route decides differently from its profile. */
  readonly policy: Partial<Policy>;
}

/** A named set of providers, routes and policies. */
export interface Profile {
  readonly name: string;
  readonly providers: readonly Provider[];
  readonly routes: readonly Route[];
  readonly policy: Policy;
  readonly budgets?: readonly Budget[];
  readonly limits?: readonly RequestLimit[];
  /** Findings of `gw lint` that its owner has seen and means so: `code`, or `code:route`. */
  readonly lintIgnore?: readonly string[];
}

/** A vendor or local server gw knows by name: what `provider add <preset>` fills in. */
export interface Preset {
  readonly name: string;
  /** The vendor's own spelling. */
  readonly title: string;
  readonly url: string;
  readonly format: FormatName;
  readonly alsoSpeaks: readonly FormatName[];
  readonly auth: AuthScheme;
  /** The environment variables its documentation names, best first. */
  readonly env: readonly string[];
  readonly quirks: readonly Quirk[];
  readonly owns: readonly string[];
  /** A small, cheap, current model: used for tests and as the stand-in when `init` makes a fallback chain. */
  readonly model: string | undefined;
  /** Where a person makes a key. */
  readonly keysPage: string | undefined;
  /** Its documentation. */
  readonly docsPage?: string;
  /** Requests it serves at once unless somebody set it up differently. */
  readonly concurrency?: number;
  /** A server on this machine: probed by `init`, needs no key. */
  readonly local: boolean;
  /**
   * Used only when a person names it: its variable may be set for something else (`GITHUB_TOKEN`), or belong to one of
   * several such hosts, and a key must not go to an address nobody chose.
   */
  readonly onRequest?: true;
}
