import { chaosPlace, type ChaosView } from '../../core/chaos.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { formatTable } from '../table.ts';

/** What runs, for a person: one row per fault. */
export function chaosTable(running: readonly ChaosView[], now: number, width: number): string {
  return formatTable(
    [
      { title: 'where', shrinkTo: 10 },
      { title: 'fault', shrinkTo: 8 },
      { title: 'rate', align: 'right' },
      { title: 'met', align: 'right' },
      { title: 'ends' },
    ],
    running.map((view) => [
      chaosPlace(view),
      view.fault,
      shareWords(view.rate),
      `${view.injected}/${view.attempts}`,
      timeLeft(view, now),
    ]),
    { width, indent: 2 },
  );
}

/** `openai/gpt-5.4 fails on purpose: 503, 20% of the attempts, ends in 4m12s`. */
export function chaosSentence(view: ChaosView, now: number): string {
  const share = view.rate < 1 ? `${shareWords(view.rate)} of the attempts` : 'every attempt';
  const place = terminalSafe(chaosPlace(view));
  return `${place} fails on purpose: ${terminalSafe(view.fault)}, ${share}, ${timeLeft(view, now)}`;
}

/** When it begins or ends, seen from now. */
function timeLeft({ startsAt, endsAt }: ChaosView, now: number): string {
  if (startsAt > now) return `begins in ${formatDuration(startsAt - now)}`;
  return `ends in ${formatDuration(Math.max(0, endsAt - now))}`;
}

function shareWords(rate: number): string {
  const percent = rate * 100;
  return `${percent >= 10 || Number.isInteger(percent) ? Math.round(percent) : percent.toFixed(1)}%`;
}
