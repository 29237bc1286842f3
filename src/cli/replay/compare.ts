import type { Captured } from '../../core/capture.ts';
import { type Target, targetName } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import type { Usage } from '../../core/usage.ts';
import { parseJson } from '../../lib/expect.ts';
import { type DiffPiece, diffWords } from '../../lib/word-diff.ts';
import { type ReadAnswer, readAnswer, type ToolCall } from './reading.ts';

/** One of the two answers. */
export interface Side {
  readonly id: string | undefined;
  /** Who served it. */
  readonly target: string | undefined;
  readonly status: number;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly finish: string | undefined;
  readonly problem: string | undefined;
  /** As gw measured it, in milliseconds. */
  readonly totalMs: number | undefined;
  readonly firstContentMs: number | undefined;
  readonly usage: Usage | undefined;
  readonly costUsd: number | undefined;
  /** Of the body. */
  readonly bytes: number;
}

/** The captured answer and the new one, side by side. The shape `gw replay --json` prints; fields are only added. */
export interface Comparison {
  readonly before: Side;
  readonly after: Side;
  readonly same: { readonly text: boolean; readonly calls: boolean; readonly finish: boolean };
  /** The way from one text to the other, by words. */
  readonly textDiff: readonly DiffPiece[];
  /** Only the beginning of the captured answer was kept, so that its end is missing in the comparison. */
  readonly isCut: boolean;
}

/** An answer that has just come. */
export interface NewAnswer {
  readonly status: number;
  readonly headers: Captured['answer']['headers'];
  readonly body: Buffer;
  /** The exchange as gw recorded it. */
  readonly trail: Trail | undefined;
  readonly totalMs: number;
}

/** Sets two answers to the same request side by side. */
export function compare(trail: Trail, { answer }: Captured, fresh: NewAnswer): Comparison {
  const before = {
    ...sideOf(trail, readAnswer(trail, trail.status, answer)),
    bytes: answer.bytes,
  };
  const after = {
    ...sideOf(fresh.trail, readAnswer(trail, fresh.status, fresh)),
    status: fresh.status,
    totalMs: fresh.trail?.totalMs ?? fresh.totalMs,
    bytes: fresh.body.length,
  };
  return {
    before,
    after,
    same: {
      text: before.text === after.text,
      calls: sameCalls(before.calls, after.calls),
      finish: before.finish === after.finish,
    },
    textDiff: diffWords(before.text, after.text),
    isCut: answer.isCut,
  };
}

function sideOf(trail: Trail | undefined, read: ReadAnswer): Omit<Side, 'bytes'> {
  return {
    id: trail?.id,
    target: servedBy(trail),
    status: trail?.status ?? 0,
    ...read,
    totalMs: trail?.totalMs,
    firstContentMs: trail?.firstContentMs,
    usage: trail?.usage,
    costUsd: trail?.costUsd,
  };
}

function servedBy(trail: Trail | undefined): string | undefined {
  const target: Target | undefined = trail?.served ?? trail?.attempts.at(-1)?.target;
  return target && targetName(target);
}

/** Ids differ from answer to answer, and JSON may be written in more than one way. */
function sameCalls(a: readonly ToolCall[], b: readonly ToolCall[]): boolean {
  return (
    a.length === b.length &&
    a.every((call, index) => {
      const other = b[index];
      return other !== undefined && call.name === other.name && sameArguments(call, other);
    })
  );
}

/** Whether two calls say the same, however their JSON is written. */
export function sameArguments(a: ToolCall, b: ToolCall): boolean {
  return a.arguments === b.arguments || canonical(a.arguments) === canonical(b.arguments);
}

function canonical(json: string): string {
  const parsed = parseJson(json);
  return parsed === undefined ? json : JSON.stringify(sorted(parsed));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field)]),
  );
}
