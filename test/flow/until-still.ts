import { until } from './ground.ts';

/** Waits until a number has grown, and then stayed as it is for so long. */
export function untilStill(read: () => number, stillMs: number, what: string, ms?: number): Promise<void> {
  let [seen, since] = [read(), Date.now()];
  const isStill = (): boolean => {
    const now = read();
    if (now !== seen) [seen, since] = [now, Date.now()];
    return now > 0 && Date.now() - since > stillMs;
  };
  return until(isStill, what, ms);
}
