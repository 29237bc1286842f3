import { keysOf } from '../../lib/expect.ts';
import type { ShownKey } from '../key.ts';
import { fitText, type Line, span, wrapText } from './line.ts';
import { TARGET_STATES } from './target-state.ts';

/** One screen's keys, under its title. */
export interface KeySection {
  readonly title: string;
  readonly keys: readonly ShownKey[];
}

const LISTS =
  'In the lists: ✓ served, ↷ served by another target than the first, ✗ failed or cut off, ○ the caller hung up; ' +
  'a star marks tests of gw itself. "first" is the time until the first content.';
const KEY_WIDTH = 15;

/** What the states of a target mean, for the legend. */
const STATE_MEANINGS: Readonly<Record<keyof typeof TARGET_STATES, string>> = {
  serving: 'answered last for a route',
  ready: 'would be asked when its turn comes',
  idle: 'ready, and not asked since the daemon started',
  probing: 'its breaker lets one request through to see whether it is back',
  cooling: 'left alone because the provider said so (retry-after, rate limit)',
  open: 'its breaker is open: too many failures; left alone until the countdown ends',
  refused: 'the provider refuses this key until it is changed',
  broke: 'the account behind this key is out of credit',
  'no-key': 'no key of this provider could be found',
  offline: 'this computer has no network; it is asked again when that is back',
  disabled: 'switched off in the profile',
};

/** The help screen: every key by screen, then what the symbols mean. */
export function helpLines(sections: readonly KeySection[], columns: number): readonly Line[] {
  return [
    ...sections.flatMap(({ title, keys }) => [
      [span(title, 'heading')],
      ...keys.flatMap((key) => described(key.shown, key.help, columns)),
      [],
    ]),
    [span('STATES OF A TARGET', 'heading')],
    ...keysOf(TARGET_STATES).flatMap((state) => {
      const { symbol, word } = TARGET_STATES[state];
      return described(`${symbol} ${word}`, STATE_MEANINGS[state], columns);
    }),
    [],
    ...wrapText(LISTS, columns).map((text) => [span(text)]),
  ];
}

function described(name: string, text: string, columns: number): readonly Line[] {
  return wrapText(text, columns - KEY_WIDTH - 2).map((line, index) => [
    span(fitText(index === 0 ? `  ${name}` : '', KEY_WIDTH + 2), 'accent'),
    span(line),
  ]);
}
