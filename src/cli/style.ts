import { Chalk, type ChalkInstance, supportsColor } from 'chalk';

/** Colours and weights for text on a terminal; every function returns its text unchanged where colour is off. */
export type Style = ChalkInstance;

/** Honours NO_COLOR (no-color.org), and FORCE_COLOR through chalk's own detection. */
export function makeStyle(env: Readonly<Record<string, string | undefined>>, terminal: boolean): Style {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  if (env['NO_COLOR'] || (!terminal && !forced)) return new Chalk({ level: 0 });
  return new Chalk({ level: supportsColor ? supportsColor.level : 0 });
}
