import type { Target } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';

/** How long a target took: until its head, its first content and its end. Milliseconds since it was asked. */
export interface Pace {
  readonly headMs: number;
  readonly firstMs: number;
  readonly wholeMs: number;
}

/** Where a pace comes from: the target's own record, its provider's, or nowhere. */
export type PaceSource = 'target' | 'provider' | 'assumed';

/** What is assumed of a target without an answer of that kind in the record: nothing faster than most hosted models. */
export const ASSUMED: Pace = { headMs: 900, firstMs: 1_000, wholeMs: 5_000 };

/** How long targets took in the record, to be drawn from. */
export class PaceBook {
  readonly #paces = new Map<string, Pace[]>();

  constructor(trails: Iterable<Trail>) {
    for (const { attempts, stream } of trails)
      for (const attempt of attempts) {
        const pace = attempt.fault === undefined ? paceOf(attempt) : undefined;
        if (pace === undefined) continue;
        this.#keep(nameOf(attempt.target, stream), pace);
        this.#keep(nameOf({ provider: attempt.target.provider }, stream), pace);
      }
  }

  /** One of the recorded paces; `share`, from 0 to 1, chooses which. */
  draw(
    target: Pick<Target, 'provider' | 'model'>,
    stream: boolean,
    share: number,
  ): { readonly pace: Pace; readonly source: PaceSource } {
    const own = this.#paces.get(nameOf(target, stream));
    const others = this.#paces.get(nameOf({ provider: target.provider }, stream));
    const list = own ?? others ?? [];
    const pace = list[Math.floor(share * list.length)];
    if (pace === undefined) return { pace: ASSUMED, source: 'assumed' };
    return { pace, source: own === undefined ? 'provider' : 'target' };
  }

  #keep(name: string, pace: Pace): void {
    const list = this.#paces.get(name);
    if (list) list.push(pace);
    else this.#paces.set(name, [pace]);
  }
}

/** How long an attempt took; undefined when it did not come to its end. */
export function paceOf({ startMs, headersMs, firstContentMs, endMs }: Attempt): Pace | undefined {
  if (endMs === undefined) return undefined;
  const wholeMs = Math.max(0, endMs - startMs);
  const firstMs = Math.min(wholeMs, Math.max(0, (firstContentMs ?? endMs) - startMs));
  return { headMs: Math.min(firstMs, Math.max(0, (headersMs ?? startMs) - startMs)), firstMs, wholeMs };
}

function nameOf(
  { provider, model = '' }: { readonly provider: string; readonly model?: string },
  stream: boolean,
): string {
  return JSON.stringify([provider, model, stream]);
}
