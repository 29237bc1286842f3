import type { Loss } from '../../core/conversation.ts';
import type { FaultCode } from '../../core/fault.ts';
import type { CallerFormatName, FormatName } from '../../core/operation.ts';
import type { ChatAnswer } from '../chat/answer.ts';
import type { Rehearsal, Rehearser, TokenLimit } from './rehearsal.ts';
import type { TestTarget } from './targets.ts';

/** What one target answered when it was asked alone. */
export interface Probe {
  readonly target: TestTarget;
  /** `out` targets are not asked: the profile leaves them nothing to be asked with. */
  readonly is: 'ok' | 'failed' | 'out';
  readonly status: number | undefined;
  readonly totalMs: number | undefined;
  readonly firstContentMs: number | undefined;
  /** Which of its keys answered, when it was not the first. */
  readonly note: string | undefined;
  readonly fault: FaultCode | undefined;
  readonly problem: string | undefined;
  readonly limit: TokenLimit;
  /** What the target was spoken to in, when that is not what was asked in. */
  readonly translated: FormatName | undefined;
  /** What it could not be told. */
  readonly losses: readonly Loss[];
  /** Requests made. */
  readonly requests: number;
}

/** Asks one target, and nobody in its place, for a very short answer. */
export async function probe(
  rehearser: Rehearser,
  target: TestTarget,
  {
    dry,
    stream,
    format,
  }: { readonly dry: boolean; readonly stream: boolean; readonly format: CallerFormatName },
): Promise<Probe> {
  if (target.out !== undefined) return outProbe(target, target.out);
  const order = { faults: {}, dry, stream, format, pinned: target.name } as const;
  const first = await rehearser.send({ ...order, limit: 'max_tokens' });
  if (!wantsNewLimit(first.answer)) return read(target, first, 'max_tokens', 1);
  const second = await rehearser.send({ ...order, limit: 'max_completion_tokens' });
  return read(target, second, 'max_completion_tokens', 2);
}

/** Newer OpenAI models refuse `max_tokens` with a 400 that names its successor; most other hosts know only the old. */
function wantsNewLimit({ status, problem }: ChatAnswer): boolean {
  return status === 400 && (problem ?? '').includes('max_completion_tokens');
}

function read(target: TestTarget, { answer, trail }: Rehearsal, limit: TokenLimit, requests: number): Probe {
  const attempts = trail?.attempts ?? [];
  const last = attempts.at(-1);
  const refused = attempts.find(
    ({ fault, target: { key } }) => fault !== undefined && key !== last?.target.key,
  );
  const ok = answer.is === 'whole';
  return {
    target,
    is: ok ? 'ok' : 'failed',
    status: last?.status ?? answer.status,
    totalMs: answer.totalMs,
    firstContentMs: answer.firstContentMs,
    note: ok && refused ? `${last?.target.key ?? ''} answered, ${refused.target.key} did not` : undefined,
    fault: ok ? undefined : (last?.fault ?? trail?.fault),
    problem: ok ? undefined : (last?.message ?? trail?.message ?? answer.problem),
    limit,
    translated: last?.format,
    losses: last?.losses ?? [],
    requests,
  };
}

function outProbe(target: TestTarget, out: string): Probe {
  return {
    target,
    is: 'out',
    status: undefined,
    totalMs: undefined,
    firstContentMs: undefined,
    note: undefined,
    fault: undefined,
    problem: out,
    limit: 'max_tokens',
    translated: undefined,
    losses: [],
    requests: 0,
  };
}
