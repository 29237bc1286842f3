import type { Fault } from '../../core/fault.ts';
import type { EventKind, StreamJudge } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { field, isObject, parseJson } from '../../lib/expect.ts';
import { blockedPrompt, classifyInside } from './errors.ts';
import { readUsage } from './usage.ts';

/** Judges the chunks of one streamed answer, in order. There is no end mark: a finish reason and a clean end are it. */
export function judgeStream(): StreamJudge {
  return new ChunkJudge();
}

/** Each chunk is a whole `GenerateContentResponse` with the next piece of the answer. */
class ChunkJudge implements StreamJudge {
  readonly ended = false;
  readonly #open = new Set<number>();
  #anyFinished = false;
  usage: Usage | undefined;
  fault: Fault | undefined;

  get finished(): boolean {
    return this.#anyFinished && this.#open.size === 0;
  }

  judge(data: string | undefined): EventKind {
    if (data === undefined || data === '') return 'opening';
    const chunk = parseJson(data);
    if (!isObject(chunk)) return 'malformed';
    if (isObject(chunk['error'])) return this.#fail(classifyInside(chunk['error']));
    this.usage = readUsage(chunk['usageMetadata']) ?? this.usage;
    const candidates = chunk['candidates'];
    if (Array.isArray(candidates) && candidates.length > 0) return this.#judgeCandidates(candidates);
    if (!blockedPrompt(chunk)) return 'opening';
    // Callers of this format look for the reason here; no error of ours would tell them as much.
    this.#anyFinished = true;
    return 'content';
  }

  #fail(why: Fault): EventKind {
    this.fault = why;
    return 'error';
  }

  #judgeCandidates(candidates: readonly unknown[]): EventKind {
    let kind: EventKind = 'opening';
    for (const candidate of candidates) {
      const index = field(candidate, 'index');
      const place = typeof index === 'number' ? index : 0;
      const finished = isFinish(field(candidate, 'finishReason'));
      if (finished) {
        this.#anyFinished = true;
        this.#open.delete(place);
      } else if (!this.#anyFinished) {
        this.#open.add(place);
      }
      if (finished || hasContent(candidate)) kind = 'content';
    }
    return kind;
  }
}

/** A caller may have asked for enums as numbers; 0 is `FINISH_REASON_UNSPECIFIED`. */
function isFinish(reason: unknown): boolean {
  if (typeof reason === 'number') return reason !== 0;
  return typeof reason === 'string' && reason !== '' && reason !== 'FINISH_REASON_UNSPECIFIED';
}

function hasContent(candidate: unknown): boolean {
  const parts = field(field(candidate, 'content'), 'parts');
  return Array.isArray(parts) && parts.some(isSaid);
}

/** Empty text is content only when it carries a signature. */
function isSaid(part: unknown): boolean {
  if (!isObject(part)) return false;
  return Object.entries(part).some(([name, value]) =>
    name === 'text' || name === 'thoughtSignature'
      ? typeof value === 'string' && value !== ''
      : name !== 'thought' && isObject(value),
  );
}
