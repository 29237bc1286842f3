import type { DashboardPorts } from './dashboard.ts';
import { summaryLines } from './present/summary.ts';

export type { DashboardPorts } from './dashboard.ts';
export type { SeenCapture } from './deed.ts';
export type { AskedRequest } from './present/curl.ts';
export type { Scene } from './present/header.ts';
export type { Look } from './terminal/palette.ts';

/** What the dashboard can do in the world, besides asking the daemon. */
export type DashboardHands = DashboardPorts['hands'];
export { type Feed, type FeedPorts, openFeed } from './feed/feed.ts';
export { openNarration } from './narration/narrator.ts';
export type { Note } from './narration/notes.ts';
export { noteText } from './narration/text.ts';

/** Shows the dashboard until the person leaves; answers with a summary to print on the screen that is back then. */
export async function runDashboard(ports: DashboardPorts): Promise<readonly string[]> {
  const begin = ports.now();
  // Loaded here: ink and react cost more than the rest of gw, and only a terminal needs them.
  const { showDashboard } = await import('./dashboard.ts');
  const { facts } = await showDashboard(ports);
  return summaryLines(facts, { from: begin, to: ports.now() });
}
