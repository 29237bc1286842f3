import type { LogPort, RememberPort } from '../../core/ports.ts';
import { targetName } from '../../core/target.ts';
import type { Memory } from '../memory.ts';
import { Prober, type ProberParts } from './prober.ts';
import type { TargetState } from './target-state.ts';

/** What was learned of a minute is learned again in a minute, and is no reason to write sooner. */
const LEARNED_WITHIN_MS = 60_000;

/**
 * Takes up what was kept of everybody's health, and from then on keeps what changes, tells the log of it, and has what
 * is left alone looked at. Call it before anybody is identified, or nobody could tell that it is somebody else by now.
 */
export function watchHealth(
  memory: Memory,
  parts: ProberParts & { readonly remember?: RememberPort },
): Prober {
  const { remember, log, clock } = parts;
  const prober = new Prober(parts);
  remember?.keep(memory);
  remember?.keep(memory.firstContents);
  remember?.keep(memory.prefills);
  memory.prefills.listener = remember && (() => remember.changed());
  memory.firstContents.listener = remember && (() => remember.changed(LEARNED_WITHIN_MS));
  memory.listener = (state, was) => {
    remember?.changed();
    tellHealth(log, state, was, clock.now());
    prober.changed(state);
  };
  for (const state of memory.states()) prober.changed(state);
  return prober;
}

function tellHealth(
  log: LogPort,
  state: TargetState,
  was: 'closed' | 'open' | 'half-open',
  now: number,
): void {
  const { breaker } = state.view(now);
  if ((breaker.is === 'closed') === (was === 'closed')) return;
  const target = { target: targetName(state.target), key: state.target.key };
  if (breaker.is !== 'closed')
    log.write('warn', 'breaker-opened', { ...target, reason: breaker.reason, message: breaker.message });
  else log.write('info', 'breaker-closed', target);
}
