import { open } from '../asking.ts';
import { comesTrue } from '../pause.ts';
import type { MeasuredRow } from '../row.ts';
import { duration, largest, Tally } from '../tally.ts';
import { openPair, posts } from './outages.ts';

/** The loser of a race is let go of within this. */
const LOSER_LIMIT_MS = 100;
const LATE_MS = 200;
const LOOK_LIMIT_MS = 5000;

/** What a race costs the loser's provider: how long it goes on after the winner's first content. */
export const HEDGING_ROW: MeasuredRow = {
  id: 'hedge-loser',
  family: 'upstream',
  promise: `With hedging on, a first token that would take 20 s is overtaken, and the loser's connection is closed within ${LOSER_LIMIT_MS} ms of the winner's first content.`,
  how: `hedge: ${LATE_MS} ms; streams one after the other; the closing is seen at the losing provider's socket`,
  pace: 'alone',
  async run(scene) {
    const { first, second, gateway } = await openPair(scene, {
      hedge: LATE_MS,
      hedgeSpend: 1,
      affinityMs: 0,
    });
    const tally = new Tally();
    const waits: number[] = [0];
    first.simulator.setFault('slow-first-token=20s');
    // So slow that the winner is still speaking when the loser's end is looked for.
    second.simulator.setFault('tokens=20+slow-drip=20ms');
    for (let turn = 0; turn < scene.pick(8, 64); turn++) {
      const call = open(gateway.port, { stream: true });
      await call.untilText('"content":');
      const at = Date.now();
      const loser = posts(first)[turn];
      const isOver = await comesTrue(() => loser?.endedAt !== undefined, LOOK_LIMIT_MS);
      const ms = Math.max(0, (loser?.endedAt ?? Infinity) - at);
      waits.push(ms);
      const answer = await call.answer();
      const isServed = answer.whole && answer.headers['x-gw-provider'] === 'second';
      tally.add(
        isServed && isOver && ms <= LOSER_LIMIT_MS ? undefined : `after ${duration(ms)}, ${answer.status}`,
      );
    }
    return tally.finding(
      `the loser's connection closed at most ${duration(largest(waits))} after the winner's first content reached the caller`,
    );
  },
};
