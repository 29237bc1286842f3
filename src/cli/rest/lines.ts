import { FAULTS } from '../../core/fault.ts';
import { displayWidth } from '../../lib/display-width.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { FIXES } from '../story/fixes.ts';
import { wrap } from '../story/lines.ts';
import { formatTime, SHORT_FAULTS } from '../story/words.ts';
import type { Style } from '../style.ts';
import type { Resting } from './resting.ts';

const INDENT = '    ';

/** Who is left alone, why, until when, and what would end it sooner: three lines each, for a terminal this wide. */
export function restingLines(
  resting: readonly Resting[],
  look: { readonly now: number; readonly columns: number; readonly style: Style },
): string[] {
  const { now, style } = look;
  const width = Math.max(40, look.columns);
  return resting.flatMap((each, index) => [
    ...(index === 0 ? [] : ['']),
    ...headLines(each, now, width, style),
    ...wrap(sinceLine(each, now), width, INDENT),
    ...endsSooner(each, width),
  ]);
}

/** Who, and until when: on a line of its own where both do not fit. */
function headLines(each: Resting, now: number, width: number, style: Style): string[] {
  const isHard = each.state === 'until-changed' || each.state === 'left-alone';
  const symbol = style[isHard ? 'red' : 'yellow'](isHard ? '✗' : '↻');
  const end = endWords(each, now);
  const name = terminalSafe(nameWords(each));
  const head = `  ${symbol} ${style.bold(name)}`;
  if (displayWidth(name) + end.length + 6 <= width) return [`${head}  ${end}`];
  return [head, ...wrap(end, width, INDENT)];
}

/** The key is said where it is more than the usual one. */
function nameWords({ provider, model, key }: Resting): string {
  const shownKey = key === 'none' ? '' : ` (${key})`;
  return model === undefined ? `${provider}, every model${shownKey}` : `${provider}/${model}${shownKey}`;
}

function endWords({ state, until, nextLook }: Resting, now: number): string {
  switch (state) {
    case 'left-alone':
    case 'cooling':
      return `${inTime(until, now)} left`;
    case 'trial-due':
      return 'trial due';
    case 'on-trial':
      return 'on trial now';
    case 'until-changed':
      return nextLook === undefined || nextLook <= now
        ? 'until that changes'
        : `until that changes; looked at in ${inTime(nextLook, now)}`;
  }
}

function inTime(moment: number | undefined, now: number): string {
  return formatDuration(Math.max(0, (moment ?? now) - now));
}

function sinceLine({ since, reason, message }: Resting, now: number): string {
  const when =
    since === undefined ? '' : `; left alone for ${formatDuration(now - since)} (since ${formatTime(since)})`;
  const told = message === '' || message === FAULTS[reason].sentence ? '' : `: ${terminalSafe(message)}`;
  return `${reason === 'breaker_open' ? 'opened by hand' : SHORT_FAULTS[reason]}${when}${reason === 'breaker_open' ? '' : told}`;
}

/** What a person can do; that gw looks by itself is said above. Commands are not broken into lines: they are copied. */
function endsSooner({ name, reason, provider, model = '', key }: Resting, width: number): string[] {
  const reset = `gw reset ${terminalSafe(name)}`;
  if (reason !== 'upstream_refused_key' && reason !== 'upstream_out_of_credit')
    return [`${INDENT}sooner: ${reset}`];
  const place = { provider, model, key, target: provider, route: 'default' };
  const mend = FIXES[reason](place).replace(/, then: .*$/, '');
  return [...wrap(`sooner: ${mend}, then:`, width, INDENT), `${INDENT}${reset}`];
}
