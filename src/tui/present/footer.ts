import type { ShownKey } from '../key.ts';
import type { Prompt } from '../prompt.ts';
import { foreign, joinFitting, type Line, lineWidth, span, type Tone } from './line.ts';

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

// Here the numbers of the screens give way to the screen's own keys.
const NARROW = 90;

/** The last line: what is asked, what the last key did, or the keys that matter here. */
export function footerLine({ keys, notice, prompt }: Footer, columns: number): Line {
  if (prompt !== undefined) return promptLine(prompt, keys, columns);
  if (notice !== undefined) return [span(`  ${foreign(notice.text)}`, notice.tone)];
  // The way out is always there; keys of the screen that do not fit are in the help.
  const shared = joinFitting(shownKeys(keys.shared).slice(columns < NARROW ? 1 : 0), columns);
  const room = columns - lineWidth(shared) - 7;
  const own = joinFitting(shownKeys(keys.own), room);
  return [span('  '), ...own, span(own.length === 0 ? '' : '   '), ...shared];
}

function promptLine(prompt: Prompt, keys: Footer['keys'], columns: number): Line {
  const asked: Line =
    prompt.is === 'question'
      ? [span(`  ${foreign(prompt.question)}  `, 'warn')]
      : [span(`  ${prompt.label}: `, 'accent'), span(`${foreign(prompt.text)}█  `)];
  const room = columns - lineWidth(asked) - 2;
  return room < 10 ? asked : [...asked, ...joinFitting(shownKeys(keys.own), room)];
}

function shownKeys(keys: readonly ShownKey[]): readonly Line[] {
  return keys.flatMap(({ footer, label, disabled }): readonly Line[] =>
    footer === undefined || disabled !== undefined
      ? []
      : [[span(footer, 'accent'), span(` ${label}`, 'dim')]],
  );
}
