import type { Look } from '../../tui/index.ts';
import type { Context } from '../context.ts';
import { speaksUtf8 } from '../story/lines.ts';

/** How the dashboard may draw here: what was asked for, else what the environment tells. */
export function lookOf(
  { env }: Pick<Context, 'env'>,
  asked: { readonly ascii?: boolean; readonly light?: boolean },
): Look {
  return { ascii: asked.ascii === true || !speaksUtf8(env), light: asked.light === true || isLight(env) };
}

/** `COLORFGBG` is `foreground;background` in the terminals that set it (rxvt, Konsole, iTerm2); 7 and 15 are white. */
function isLight(env: Context['env']): boolean {
  const background = env['COLORFGBG']?.split(';').at(-1);
  return background === '7' || background === '15';
}
