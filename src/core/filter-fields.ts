import { globToRegExp, isGlob } from '../lib/glob.ts';
import { costOf } from './spending.ts';
import type { Target } from './target.ts';
import type { Trail } from './trail.ts';

/** What a field of a filter compares. `duration` and `number` take `>=`, `>`, `<=`, `<`; `status` also takes `5xx`. */
export type FilterField =
  | {
      readonly is: 'text';
      readonly summary: string;
      readonly example: string;
      values(trail: Trail): readonly (string | undefined)[];
    }
  | {
      readonly is: 'status' | 'number' | 'duration';
      readonly summary: string;
      readonly example: string;
      value(trail: Trail): number | undefined;
    }
  | {
      readonly is: 'word';
      readonly summary: string;
      readonly example: string;
      readonly words: Readonly<Record<string, (trail: Trail) => boolean>>;
    };

const OUTCOME_WORDS = {
  served: ({ outcome }: Trail) => outcome === 'served',
  failed: ({ outcome }: Trail) => outcome === 'failed',
  cut: ({ outcome }: Trail) => outcome === 'cut',
  gone: ({ outcome }: Trail) => outcome === 'gone',
  live: ({ outcome }: Trail) => outcome === 'pending',
} as const;

/** Every field of the filter language, in the order help shows them. */
export const FILTER_FIELDS = {
  status: {
    is: 'status',
    summary: 'the status the caller got',
    example: 'status:>=400  status:5xx',
    value: ({ status }) => (status === 0 ? undefined : status),
  },
  provider: text('a provider that was asked', 'provider:groq,openai', ({ attempts, served }) => [
    served?.provider,
    ...attempts.map(({ target }) => target.provider),
  ]),
  model: text('the model asked for, or one that was tried', 'model:gpt-*', ({ asked, attempts }) => [
    asked,
    ...attempts.map(({ target }) => target.model),
  ]),
  asked: text('the model asked for', 'asked:=gpt-4o', ({ asked }) => [asked]),
  by: text('who served it, or was asked last', 'by:groq', ({ attempts, served }) => {
    const target = served ?? attempts.at(-1)?.target;
    return [target?.provider, nameOf(target)];
  }),
  client: text('who called', 'client:claude', ({ client }) => [client.name]),
  session: text('the session the caller named', 'session:01h', ({ client }) => [client.session]),
  route: text('the route it took', 'route:fast', ({ route }) => [route]),
  failed: text(
    'a provider that failed it, or was passed over for having failed others',
    'failed:groq',
    ({ attempts, plan }) =>
      [...attempts, ...plan].map(({ fault, target }) => (fault === undefined ? undefined : target.provider)),
  ),
  fault: text('what went wrong, or kept a target from being asked', 'fault:rate_limited', (trail) => [
    trail.fault,
    ...[...trail.attempts, ...trail.plan].map(({ fault }) => fault),
  ]),
  format: text('what the caller spoke, or a target', 'format:gemini', ({ format, attempts }) => [
    format,
    ...attempts.map((attempt) => attempt.format),
  ]),
  lossy: text('what a translation could not carry', 'lossy:image  lossy:*', ({ attempts }) =>
    attempts.flatMap(({ losses = [] }) => losses),
  ),
  operation: text('what was asked for', 'operation:embeddings', ({ operation }) => [operation]),
  id: text('its own id, or the one a provider gave it', 'id:01jz', ({ id, attempts }) => [
    id,
    ...attempts.map(({ requestId }) => requestId),
  ]),
  total: duration('how long it took', 'total:>10s', ({ totalMs }) => totalMs),
  ttft: duration('time until the first content', 'ttft:>2s', ({ firstContentMs }) => firstContentMs),
  in: number('tokens in', 'in:>10k', ({ usage }) => usage?.input),
  out: number('tokens out', 'out:<5', ({ usage }) => usage?.output),
  attempts: number('how many attempts it took', 'attempts:>=3', ({ attempts }) => attempts.length),
  cost: number('dollars, where the price is known', 'cost:>0.05', costOf),
  outcome: {
    is: 'word',
    summary: 'how it ended',
    example: 'outcome:cut,failed',
    words: OUTCOME_WORDS,
  },
  is: {
    is: 'word',
    summary: 'what kind of request it was',
    example: 'is:failover',
    words: {
      ...OUTCOME_WORDS,
      error: ({ outcome }) => outcome === 'failed' || outcome === 'cut',
      failover: ({ failover }) => failover,
      retried: ({ attempts }) => attempts.length > 1,
      stream: ({ stream }) => stream,
      translated: ({ attempts }) => attempts.some(({ format }) => format !== undefined),
      lossy: ({ attempts }) => attempts.some(({ losses = [] }) => losses.length > 0),
      rehearsal: ({ rehearsal }) => rehearsal === true,
    },
  },
} as const satisfies Readonly<Record<string, FilterField>>;

/** Where a word without a field is looked for. */
export function searched(trail: Trail): readonly (string | undefined)[] {
  const { id, asked, route, client, message, fault, served, attempts } = trail;
  return [
    id,
    asked,
    route,
    client.name,
    client.session,
    message,
    fault,
    nameOf(served),
    ...attempts.flatMap((attempt) => [nameOf(attempt.target), attempt.message, attempt.fault]),
  ];
}

/** Whether a text is meant: exactly with `=`, by pattern with `*` or `?`, else anywhere in it; capitals do not matter. */
export function textMatcher(wanted: string): (found: string | undefined) => boolean {
  const lower = wanted.toLowerCase();
  if (lower.startsWith('=')) return (found) => found?.toLowerCase() === lower.slice(1);
  if (isGlob(lower)) {
    const pattern = globToRegExp(lower);
    return (found) => found !== undefined && pattern.test(found.toLowerCase());
  }
  return (found) => found !== undefined && found.toLowerCase().includes(lower);
}

function nameOf(target: Target | undefined): string | undefined {
  return target && `${target.provider}/${target.model}`;
}

function text(
  summary: string,
  example: string,
  values: (trail: Trail) => readonly (string | undefined)[],
): Extract<FilterField, { is: 'text' }> {
  return { is: 'text', summary, example, values };
}

function duration(summary: string, example: string, value: (trail: Trail) => number | undefined) {
  return { is: 'duration', summary, example, value } as const;
}

function number(summary: string, example: string, value: (trail: Trail) => number | undefined) {
  return { is: 'number', summary, example, value } as const;
}
