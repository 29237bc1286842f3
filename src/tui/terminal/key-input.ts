import type { Key } from 'ink';

import type { KeyName } from '../key.ts';

/** The keys behind one report of the terminal; several when they came in one packet. */
export function keyNames(input: string, key: Key): readonly KeyName[] {
  const named = specialKey(key);
  if (named !== undefined) return [named];
  if (key.ctrl) return [`ctrl+${input}`];
  return Array.from(input, (character) => IN_PACKETS[character] ?? character);
}

/** Keys with names, as the characters they are when they come together with others. */
const IN_PACKETS: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007F': 'backspace',
};

function specialKey(key: Key): KeyName | undefined {
  if (key.tab) return key.shift ? 'shift+tab' : 'tab';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.pageUp) return 'pageup';
  if (key.pageDown) return 'pagedown';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.escape) return 'escape';
  return key.backspace || key.delete ? 'backspace' : undefined;
}
