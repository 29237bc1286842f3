import type { BudgetNote } from '../core/budget.ts';
import type { Loss } from '../core/conversation.ts';
import type { FaultCode, Remedy } from '../core/fault.ts';
import type { CallerFormatName, FormatName, Operation } from '../core/operation.ts';
import type { Target } from '../core/target.ts';
import type { TraceNote } from '../core/trace-context.ts';
import type {
  Attempt,
  CacheNote,
  Client,
  Continuation,
  LimitSource,
  PlanNote,
  PlanStep,
  Trail,
  TrailOutcome,
} from '../core/trail.ts';
import type { Usage } from '../core/usage.ts';

/** A trail while it is being written; watchers see it grow. */
export class TrailDraft implements Trail {
  readonly id: string;
  readonly at: number;
  operation: Operation;
  readonly format: CallerFormatName;
  readonly method: string;
  readonly path: string;
  stream = false;
  asked?: string;
  route?: string;
  client: Client;
  plan: readonly PlanStep[] = [];
  order?: readonly PlanNote[];
  readonly attempts: AttemptDraft[] = [];
  outcome: TrailOutcome = 'pending';
  status = 0;
  fault?: FaultCode;
  message?: string;
  served?: Target;
  failover = false;
  deadlineMs?: number;
  deadlineFrom?: string;
  queuedMs?: number;
  held?: { readonly ms: number; readonly by: string };
  budgets?: readonly BudgetNote[];
  firstContentMs?: number;
  totalMs?: number;
  bytesIn = 0;
  bytesOut = 0;
  usage?: Usage;
  costUsd?: number;
  malformed?: number;
  cache?: CacheNote;
  continued?: boolean;
  rehearsal?: boolean;
  trace?: TraceNote;

  constructor(start: Pick<Trail, 'id' | 'at' | 'operation' | 'format' | 'method' | 'path' | 'client'>) {
    this.id = start.id;
    this.at = start.at;
    this.operation = start.operation;
    this.format = start.format;
    this.method = start.method;
    this.path = start.path;
    this.client = start.client;
  }
}

/** An attempt while it is being made. */
export class AttemptDraft implements Attempt {
  readonly target: Target;
  readonly startMs: number;
  readonly waitedMs: number;
  sentMs?: number;
  headersMs?: number;
  firstContentMs?: number;
  endMs?: number;
  status?: number;
  requestId?: string;
  fault?: FaultCode;
  message?: string;
  limitMs?: number;
  limitFrom?: LimitSource;
  limitSamples?: number;
  vouchedMs?: number;
  impatient?: true;
  queuedMs?: number;
  injected?: string;
  hedge?: true;
  lost?: true;
  notHedged?: string;
  format?: FormatName;
  losses?: readonly Loss[];
  remedy?: Remedy;
  retryAfterMs?: number;
  bytes = 0;
  usage?: Usage;
  usageEstimated?: boolean;
  continued?: Continuation;
  notContinued?: string;
  costUsd?: number;
  spanId?: string;

  constructor(target: Target, startMs: number, waitedMs: number) {
    this.target = target;
    this.startMs = startMs;
    this.waitedMs = Math.round(waitedMs);
  }
}
