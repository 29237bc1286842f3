/** Waits until the condition holds; for things another socket makes true. */
export async function until(condition: () => boolean, what: string, ms = 15_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

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
