import type { MetricFamily, MetricSample } from '../core/metric.ts';
import { type Target, targetName } from '../core/target.ts';
import type { Attempt, Trail } from '../core/trail.ts';
import type { Usage } from '../core/usage.ts';
import { Buckets } from '../lib/buckets.ts';
import { Series } from '../lib/series.ts';

// Counted by the batch: the caller whose request fills one waits 0.2 ms, all others nothing.
const BATCH = 256;
// The bounds that GenAI's conventions give for the duration of an operation, in seconds.
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
// Callers choose what they call themselves and which models they name; a metric must not grow with that.
const MOST_CLIENTS = 30;
const MOST_SERIES = 1_000;

const TOKENS = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const satisfies (keyof Usage)[];
const TOKEN_NAMES = {
  input: 'input',
  output: 'output',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
  reasoning: 'reasoning',
} as const;

/**
 * Finished exchanges, counted for metrics: everything here only grows. Taking one in is putting it on a list; what is
 * on it is counted by the batch, or when somebody asks.
 */
export class Tally {
  #waiting: Trail[] = [];
  readonly #clients = new Set<string>();
  readonly #requests = new Series(MOST_SERIES, () => ({ value: 0 }));
  readonly #total = new Series(MOST_SERIES, () => new Buckets(SECONDS));
  readonly #firstContent = new Series(MOST_SERIES, () => new Buckets(SECONDS));
  readonly #attempts = new Series(MOST_SERIES, () => ({ value: 0 }));
  readonly #attemptSeconds = new Series(MOST_SERIES, () => new Buckets(SECONDS));
  readonly #failovers = new Series(MOST_SERIES, () => ({ value: 0 }));
  readonly #tokens = new Series(MOST_SERIES, () => ({ value: 0 }));
  readonly #cost = new Series(MOST_SERIES, () => ({ value: 0 }));
  readonly #cache = new Series(MOST_SERIES, () => ({ value: 0 }));
  readonly #continued = { value: 0 };
  readonly #rows = new WeakMap<Target, TargetRow>();

  /** Takes an ended exchange in. On the hot path. */
  add(trail: Trail): void {
    this.#waiting.push(trail);
    if (this.#waiting.length >= BATCH) this.#count();
  }

  /** Everything counted so far. */
  families(): MetricFamily[] {
    this.#count();
    return [
      counter('gw_requests_total', 'Requests that are over.', REQUEST_LABELS, this.#requests),
      histogram(
        'gw_request_duration_seconds',
        'Time from first byte in to last byte out.',
        ROUTE_LABELS,
        this.#total,
      ),
      histogram(
        'gw_request_first_content_seconds',
        'Time until the first content of a streamed answer.',
        ROUTE_LABELS,
        this.#firstContent,
      ),
      counter('gw_attempts_total', 'Calls to targets by how they ended.', ATTEMPT_LABELS, this.#attempts),
      histogram(
        'gw_attempt_duration_seconds',
        'Time that calls to targets took.',
        TARGET_LABELS,
        this.#attemptSeconds,
      ),
      counter(
        'gw_failovers_total',
        'Requests served by another target than the first, by who failed first and why.',
        ['route', 'from', 'to', 'reason'],
        this.#failovers,
      ),
      counter('gw_tokens_total', 'Tokens that providers counted.', [...TARGET_LABELS, 'type'], this.#tokens),
      counter(
        'gw_cost_dollars_total',
        'What calls cost, of those whose price is known.',
        TARGET_LABELS,
        this.#cost,
      ),
      counter('gw_cache_requests_total', 'Requests that asked for a kept answer.', ['result'], this.#cache),
      {
        name: 'gw_continued_total',
        help: 'Answers that broke off and were finished by another attempt.',
        type: 'counter',
        samples: [{ labels: {}, value: this.#continued.value }],
      },
    ];
  }

  #count(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const trail of waiting) this.#countOne(trail);
  }

  #countOne(trail: Trail): void {
    const { route = '', format, operation, outcome, totalMs, firstContentMs, cache } = trail;
    this.#requests.at(outcome, route, format, operation, this.#client(trail.client.name)).value++;
    if (outcome === 'served' && totalMs !== undefined) this.#total.at(route, format).record(totalMs / 1000);
    if (trail.stream && firstContentMs !== undefined)
      this.#firstContent.at(route, format).record(firstContentMs / 1000);
    if (cache) this.#cache.at(cache.is).value++;
    if (trail.continued) this.#continued.value++;
    if (trail.failover) this.#countFailover(trail, route);
    const { attempts } = trail;
    for (let i = 0; i < attempts.length; i++) {
      const attempt = attempts[i];
      if (attempt)
        this.#countAttempt(attempt, attempt.usage ?? (i === attempts.length - 1 ? trail.usage : undefined));
    }
  }

  #countAttempt(attempt: Attempt, usage: Usage | undefined): void {
    const row = this.#row(attempt.target);
    row.ended(attempt.fault ?? 'none').value++;
    if (attempt.endMs !== undefined) row.seconds.record((attempt.endMs - attempt.startMs) / 1000);
    if (attempt.costUsd !== undefined) row.cost().value += attempt.costUsd;
    if (usage === undefined) return;
    for (const name of TOKENS) {
      const count = usage[name];
      if (count !== undefined) row.tokens(name).value += count;
    }
  }

  /** By the target itself, as it is one object from request to request: finding five series by their names costs 2 µs. */
  #row(target: Target): TargetRow {
    let row = this.#rows.get(target);
    if (row) return row;
    const { provider, model } = target;
    row = {
      ended: remembered((fault) => this.#attempts.at(provider, model, fault)),
      seconds: this.#attemptSeconds.at(provider, model),
      cost: () => this.#cost.at(provider, model),
      tokens: remembered((name) => this.#tokens.at(provider, model, TOKEN_NAMES[name])),
    };
    this.#rows.set(target, row);
    return row;
  }

  #countFailover({ plan, attempts, served }: Trail, route: string): void {
    const first = plan.find(({ unable }) => unable !== true);
    if (first === undefined || served === undefined) return;
    const failure = attempts.find(({ target, fault }) => target === first.target && fault !== undefined);
    const reason = failure?.fault ?? first.fault ?? 'skipped';
    this.#failovers.at(route, targetName(first.target), targetName(served), reason).value++;
  }

  #client(name: string): string {
    if (this.#clients.has(name)) return name;
    if (this.#clients.size >= MOST_CLIENTS) return OTHER_CLIENT;
    this.#clients.add(name);
    return name;
  }
}

interface Count {
  value: number;
}

/** The series of one target. */
interface TargetRow {
  readonly ended: (fault: string) => Count;
  readonly seconds: Buckets;
  readonly cost: () => Count;
  readonly tokens: (name: keyof typeof TOKEN_NAMES) => Count;
}

/** Asks for each name once. */
function remembered<K extends string>(find: (name: K) => Count): (name: K) => Count {
  const known = new Map<K, Count>();
  return (name) => {
    let count = known.get(name);
    if (count === undefined) {
      count = find(name);
      known.set(name, count);
    }
    return count;
  };
}

const OTHER_CLIENT = 'other';
const REQUEST_LABELS = ['outcome', 'route', 'format', 'operation', 'client'];
const ROUTE_LABELS = ['route', 'format'];
const TARGET_LABELS = ['provider', 'model'];
const ATTEMPT_LABELS = [...TARGET_LABELS, 'fault'];

function counter(
  name: string,
  help: string,
  labels: readonly string[],
  series: Series<{ readonly value: number }>,
): MetricFamily {
  const samples = series.map((values, { value }): MetricSample => ({
    labels: labelled(labels, values),
    value,
  }));
  return { name, help, type: 'counter', samples };
}

function histogram(
  name: string,
  help: string,
  labels: readonly string[],
  series: Series<Buckets>,
): MetricFamily {
  const samples = series.map((values, value): MetricSample => ({ labels: labelled(labels, values), value }));
  return { name, help, type: 'histogram', samples };
}

function labelled(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
