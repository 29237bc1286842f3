import { createKeyResolver } from '../../config/index.ts';
import type { Profile } from '../../core/profile.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { homeOf } from '../daemon/launch.ts';
import { examineChains } from './examine.ts';
import { lintScene } from './scene.ts';

/** The daemon says by itself which keys it lacks. */
const TOLD_BY_DAEMON = ['missing-key'];

/** Two lines at most when a chain that is about to be served is broken; none when all is well. */
export function sayBrokenChains(context: Context, profile: Profile): void {
  const { env, clock } = context;
  const keys = createKeyResolver({ env, home: homeOf(context) });
  const ignore = [...TOLD_BY_DAEMON, ...(profile.lintIgnore ?? [])];
  const { notes } = examineChains(lintScene({ profile, keys }, { now: clock.now() }), { ignore });
  const errors = notes.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  context.say(`! ${terminalSafe(first.sentence)}${more}`);
  context.say('  look: gw lint');
}
