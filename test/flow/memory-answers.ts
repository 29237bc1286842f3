import type { Policy } from '../../src/core/policy.ts';
import type { AnswerCachePort, KeptAnswer } from '../../src/core/ports.ts';
import { type Ground, type GroundOptions, movableClock, openGround } from './ground.ts';
import type { Answer } from './raw-client.ts';

/** Answers kept in a plain map, so that a test can look at them. */
export class MemoryAnswers implements AnswerCachePort {
  readonly kept = new Map<string, KeptAnswer>();
  /** Answers later, as a disk does. */
  isSlow = false;

  find(key: string): KeptAnswer | undefined | Promise<KeptAnswer | undefined> {
    return this.isSlow ? Promise.resolve().then(() => this.kept.get(key)) : this.kept.get(key);
  }

  peek(key: string): KeptAnswer | undefined {
    return this.kept.get(key);
  }

  keep(key: string, answer: KeptAnswer): void {
    this.kept.set(key, answer);
  }
}

/** A ground that keeps answers, by this policy. */
export async function openCached(
  policy: Partial<Policy> = { cache: true },
  more: GroundOptions = {},
): Promise<{ ground: Ground; answers: MemoryAnswers; clock: ReturnType<typeof movableClock> }> {
  const [answers, clock] = [new MemoryAnswers(), movableClock()];
  const ground = await openGround({
    answers,
    clock,
    policy: { retries: 0, retriesLast: 0, ...policy },
    ...more,
  });
  return { ground, answers, clock };
}

/** What the answer says of the cache. */
export function cacheOf({ headers }: Answer): string | undefined {
  return headers['x-gw-cache'];
}
