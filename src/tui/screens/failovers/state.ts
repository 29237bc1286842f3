import type { Incident } from '../../../core/health.ts';
import type { Seen, Turn } from '../../behaviour.ts';
import {
  acted,
  cursorOf,
  isListAction,
  type ListAction,
  type Listing,
  listing,
  refreshed,
  released,
} from '../../listing.ts';
import { bodyRows } from '../../size.ts';

/** The incidents: who failed, why, who stood in. */
export interface FailoversScreen {
  readonly is: 'failovers';
  readonly rows: Listing<Incident>;
}

export type FailoversAction = ListAction | 'open' | 'follow';

// The incident under the cursor in words: its title, its message and what it did, and what is not listed.
const DETAIL_ROWS = 7;

/** The incidents as they open: the newest first. */
export const FAILOVERS: FailoversScreen = { is: 'failovers', rows: listing() };

/** What a key's action does to the incidents. */
export function actOnFailovers(seen: Seen<FailoversScreen>, action: FailoversAction): Turn<FailoversScreen> {
  const { screen } = seen;
  if (isListAction(action)) {
    return { is: 'stay', screen: { ...screen, rows: acted(screen.rows, action, incidentRows(seen)) } };
  }
  switch (action) {
    case 'follow':
      return { is: 'stay', screen: { ...screen, rows: released(screen.rows) } };
    case 'open': {
      const incident = shownIncident(screen);
      if (incident === undefined) return { is: 'stay', screen };
      const { target, reason } = incident;
      return { is: 'open-requests', filter: `failed:"=${target.provider}" fault:=${reason}` };
    }
  }
}

/** Takes in what happened, unless the list is held. */
export function settleFailovers({ screen, world }: Seen<FailoversScreen>): FailoversScreen {
  const rows = refreshed(screen.rows, world.facts.incidents);
  return rows === screen.rows ? screen : { ...screen, rows };
}

/** The incident told in words: the one under the cursor, else the newest. */
export function shownIncident({ rows }: FailoversScreen): Incident | undefined {
  return cursorOf(rows) ?? rows.rows[0];
}

/** How many rows of the list fit above the words. */
export function incidentRows({ screen, world }: Seen<FailoversScreen>): number {
  const body = bodyRows(world.size) - 1;
  if (body > DETAIL_ROWS * 2) return body - DETAIL_ROWS - 1;
  // Where both do not fit, the list goes first.
  return Math.min(body, Math.max(1, screen.rows.rows.length));
}
