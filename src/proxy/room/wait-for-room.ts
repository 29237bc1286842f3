import type { Clock } from '../../lib/clock.ts';
import type { Exchange } from '../exchange.ts';
import type { Room, Waiter } from './admission.ts';

/** How waiting for room ended. `over`: nobody waits for the answer any more. */
export type Waited = { readonly is: 'in'; readonly room: Room } | { readonly is: 'full' | 'late' | 'over' };

/** Waits for the first of these rooms to have a place, and takes it. */
export function waitForRoom(
  exchange: Exchange,
  rooms: readonly Room[],
  { most, ms, clock }: { readonly most: number; readonly ms: number; readonly clock: Clock },
): Promise<Waited> {
  return new Promise((resolve) => {
    const waitsIn = new Set<Room>();
    let cancel: (() => void) | undefined;
    const finish = (waited: Waited): void => {
      cancel?.();
      exchange.whenInterrupted(undefined);
      for (const room of waitsIn) room.giveUp(waiter);
      resolve(waited);
    };
    const waiter: Waiter = {
      lane: laneOf(exchange),
      enter(room) {
        waitsIn.delete(room);
        finish({ is: 'in', room });
      },
      displaced(room) {
        waitsIn.delete(room);
        if (waitsIn.size === 0) finish({ is: 'full' });
      },
    };
    if (exchange.over) {
      resolve({ is: 'over' });
      return;
    }
    for (const room of rooms) if (room.queueUp(waiter, most)) waitsIn.add(room);
    if (waitsIn.size === 0) {
      resolve({ is: 'full' });
      return;
    }
    cancel = clock.after(ms, () => finish({ is: 'late' }));
    exchange.whenInterrupted(() => finish({ is: 'over' }));
  });
}

/** Who waits: a session where one is named, else whoever has this key and calls itself so. Kept while it waits only. */
function laneOf({ headers, trail }: Exchange): string {
  const session = trail.client.session ?? headers.session;
  return session ?? `${headers.authorization ?? headers.apiKey ?? ''}\n${headers.userAgent}`;
}
