import { isKeyOf } from '../lib/expect.ts';
import type { Event } from './event.ts';
import { type Script, jsonScript } from './script.ts';

/** What can be wrong, in no provider's words; each format says it in its own. */
export const TROUBLE_KINDS = [
  'bad-request',
  'key',
  'credit',
  'permission',
  'model',
  'timeout',
  'too-large',
  'rate',
  'context',
  'policy',
  'server',
  'gateway',
  'overloaded',
] as const;

export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/** How one provider says one kind of trouble. */
export interface TroubleWords {
  readonly status: number;
  readonly message: string;
  /** OpenAI's and Anthropic's `type`, Google's `status`, the name of Amazon's exception. */
  readonly type?: string | null;
  readonly code?: string | null;
  readonly param?: string | null;
}

/** One refusal, ready to be written in a format's shape. */
export interface Trouble {
  readonly status: number;
  readonly message: string;
  readonly words: TroubleWords;
  /** Undefined for a status that means nothing. */
  readonly kind: TroubleKind | undefined;
  /** What the fault's own text asks for instead of the format's words. */
  readonly asked: { readonly type?: string; readonly code?: string; readonly param?: string };
  readonly retryAfter?: string;
}

/** What is wrong with a request, as the reader of a format finds it. */
export type Objection = Partial<TroubleWords> & { readonly kind?: TroubleKind };

/** How a format refuses. */
export interface ErrorShape {
  readonly words: Readonly<Record<TroubleKind, TroubleWords>>;
  /** Words for a status that is not the one of its kind. */
  readonly byStatus?: Readonly<Record<number, TroubleWords>>;
  /** Words that hang on a code of OpenAI's. */
  readonly byCode?: Readonly<Record<string, TroubleWords>>;
  body(trouble: Trouble): unknown;
  headers?(trouble: Trouble): Readonly<Record<string, string>>;
  /** What says it inside of a stream that began well. */
  events(trouble: Trouble): readonly Event[];
  /** The header that carries this option of a refusal; undefined where the body does. */
  resetHeader(option: ResetOption, value: string): string | undefined;
}

export const RESET_OPTIONS = [
  'retry-after',
  'retry-after-ms',
  'reset-requests',
  'reset-tokens',
  'should-retry',
] as const;

export type ResetOption = (typeof RESET_OPTIONS)[number];

const KIND_OF_STATUS: Readonly<Record<number, TroubleKind>> = {
  400: 'bad-request',
  401: 'key',
  402: 'credit',
  403: 'permission',
  404: 'model',
  408: 'timeout',
  413: 'too-large',
  429: 'rate',
  500: 'server',
  502: 'gateway',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
};

// OpenAI's codes, which faults are asked for by whatever the format: `400;code=context_length_exceeded`.
const KIND_OF_CODE = {
  context_length_exceeded: 'context',
  content_policy_violation: 'policy',
  content_filter: 'policy',
  insufficient_quota: 'credit',
  model_not_found: 'model',
  rate_limit_exceeded: 'rate',
  invalid_api_key: 'key',
} as const satisfies Readonly<Record<string, TroubleKind>>;

/** True for a code that names a kind of trouble, which every format then says in its own words. */
export function isKnownCode(code: string | undefined): boolean {
  return code !== undefined && isKeyOf(KIND_OF_CODE, code);
}

/** What a fault asks for. */
export interface TroubleWish {
  readonly kind?: TroubleKind;
  readonly status?: number;
  readonly message?: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  readonly retryAfter?: string;
  readonly model: string;
}

/** The trouble a fault asks for, in the words of a format. */
export function troubleOf(errors: ErrorShape, wish: TroubleWish): Trouble {
  const kind = kindOf(wish);
  const words = wordsFor(errors, wish, kind);
  const { type, code, param, retryAfter } = wish;
  return {
    status: wish.status ?? words.status,
    message: (wish.message ?? words.message).replace('$model', wish.model),
    words,
    kind,
    asked: {
      ...(type === undefined ? {} : { type }),
      ...(code === undefined ? {} : { code }),
      ...(param === undefined ? {} : { param }),
    },
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

function kindOf({ kind, code, type, status }: TroubleWish): TroubleKind | undefined {
  const named = code ?? type ?? '';
  if (kind) return kind;
  return isKeyOf(KIND_OF_CODE, named) ? KIND_OF_CODE[named] : KIND_OF_STATUS[status ?? 500];
}

function wordsFor(errors: ErrorShape, wish: TroubleWish, kind: TroubleKind | undefined): TroubleWords {
  const { code, type, status = 500 } = wish;
  const special = errors.byCode?.[code ?? type ?? ''];
  if (special) return special;
  const own = wish.kind || isKnownCode(code ?? type) ? undefined : errors.byStatus?.[status];
  if (own) return own;
  if (kind) return errors.words[kind];
  return { ...errors.words[status < 500 ? 'bad-request' : 'server'], message: ANY };
}

const ANY = 'The simulator was asked to refuse this.';

/** A refusal as a whole answer. */
export function refusalOf(errors: ErrorShape, trouble: Trouble): Script {
  return jsonScript(trouble.status, errors.body(trouble), errors.headers?.(trouble) ?? {});
}

/** The answer to a request this provider would not take. */
export function object(errors: ErrorShape, objection: Objection, model = ''): Script {
  const { kind = 'bad-request', ...own } = objection;
  const words: TroubleWords = { ...errors.words[kind], ...own };
  const message = words.message.replace('$model', model);
  return refusalOf(errors, { status: words.status, message, words, kind, asked: {} });
}
