import type { SimulatorCall } from '../../simulator/index.ts';
import type { Context } from '../context.ts';

/** What happened, for the summary. */
export class Tally {
  served = 0;
  refused = 0;
  broken = 0;
  hungUp = 0;

  count({ end, status }: SimulatorCall): void {
    if (end === 'aborted-by-caller') this.hungUp++;
    else if (end === 'broken-by-fault') this.broken++;
    else if ((status ?? 0) < 400) this.served++;
    else this.refused++;
  }
}

/** Prints the summary. */
export function conclude(context: Context, { served, refused, broken, hungUp }: Tally): void {
  const calls = served + refused + broken + hungUp;
  if (context.json) {
    return context.print(
      JSON.stringify({ event: 'simulator-stopped', calls, served, refused, broken, hungUp }),
    );
  }
  if (calls === 0) return context.say('\nStopped. Nobody called.');
  const parts = [
    { count: served, what: 'answered' },
    { count: refused, what: 'refused' },
    { count: broken, what: 'broken on purpose' },
    { count: hungUp, what: 'given up by the caller' },
  ];
  const told = parts.filter(({ count }) => count > 0).map(({ count, what }) => `${count} ${what}`);
  context.say(`\nStopped after ${calls} ${calls === 1 ? 'call' : 'calls'}: ${told.join(', ')}.`);
}
