import { displayWidth } from '../../lib/display-width.ts';
import type { ShownKey } from '../key.ts';
import type { Prompt } from '../prompt.ts';
import { fitText, foreign, joinFitting, type Line, lineWidth, span, type Tone } from './line.ts';

/** What the last key or deed has to say. */
export interface Notice {
  readonly text: string;
  readonly tone: Tone;
}

interface Footer {
  readonly keys: { readonly own: readonly ShownKey[]; readonly shared: readonly ShownKey[] };
  readonly notice: Notice | undefined;
  readonly prompt: Prompt | undefined;
}

// Narrower ones have no line for the names of the screens: that there are more is told here at the least.
const NARROW = 90;

/** The last line: what is asked, what the last key did, or the keys that matter here. */
export function footerLine({ keys, notice, prompt }: Footer, columns: number): Line {
  if (prompt !== undefined) return promptLine(prompt, keys, columns);
  if (notice !== undefined) return [span(`  ${foreign(notice.text)}`, notice.tone)];
  // The way out is always there; keys of the screen that do not fit are in the help.
  const shared = sharedKeys(keys, columns);
  const own = joinFitting(shownKeys(keys.own), roomBeside(shared, columns));
  return [span('  '), ...own, span(own.length === 0 ? '' : '   '), ...shared];
}

/** Where the screen's own keys would lose by it, the numbers of the screens stand without their word. */
function sharedKeys({ own, shared }: Footer['keys'], columns: number): Line {
  const [screens = [], ...others] = shownKeys(shared);
  const whole = joinFitting([screens, ...others], columns);
  const needed = lineWidth(joinFitting(shownKeys(own), Infinity));
  if (columns >= NARROW || needed <= roomBeside(whole, columns)) return whole;
  return joinFitting([screens.slice(0, 1), ...others], columns);
}

function roomBeside(shared: Line, columns: number): number {
  return columns - lineWidth(shared) - 7;
}

function promptLine(prompt: Prompt, keys: Footer['keys'], columns: number): Line {
  if (prompt.is === 'question') return questionLine(prompt.question, keys, columns);
  const typed = endOf(foreign(prompt.text), columns - prompt.label.length - 7);
  const asked: Line = [span(`  ${prompt.label}: `, 'accent'), span(`${typed}█  `)];
  const room = columns - lineWidth(asked) - 2;
  return room < 10 ? asked : [...asked, ...joinFitting(shownKeys(keys.own), room)];
}

/** As much of the end as fits: that is where one types. */
function endOf(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && displayWidth(characters.join('')) >= columns) characters.shift();
  return `…${characters.join('')}`;
}

/** A question may be cut; how to answer it may not. */
function questionLine(question: string, keys: Footer['keys'], columns: number): Line {
  const answers = joinFitting(shownKeys(keys.own), columns);
  const text = foreign(question);
  const room = Math.max(0, columns - lineWidth(answers) - 5);
  const asked = displayWidth(text) > room ? fitText(text, room) : text;
  return [span(`  ${asked}   `, 'warn'), ...answers];
}

function shownKeys(keys: readonly ShownKey[]): readonly Line[] {
  return keys.flatMap(({ footer, label, disabled }): readonly Line[] =>
    footer === undefined || disabled !== undefined
      ? []
      : [[span(footer, 'accent'), span(` ${label}`, 'dim')]],
  );
}
