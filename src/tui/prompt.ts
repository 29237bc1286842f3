import type { Deed } from './deed.ts';
import type { KeyBinding, KeyName } from './key.ts';

/** What the last line of the screen asks; keys go there until it is answered. */
export type Prompt =
  | {
      readonly is: 'line';
      readonly label: string;
      readonly text: string;
      /** What was there before, to go back to. */
      readonly before: string;
    }
  | { readonly is: 'question'; readonly question: string; readonly deed: Deed };

/** What a key did to a prompt. */
export type PromptTurn =
  | { readonly is: 'typing'; readonly prompt: Prompt }
  /** The line is done with: this text counts. */
  | { readonly is: 'entered'; readonly text: string }
  | { readonly is: 'agreed'; readonly deed: Deed }
  | { readonly is: 'dropped' };

type LineAction = 'accept' | 'give-up' | 'erase' | 'erase-all';
type QuestionAction = 'agree' | 'decline';

/** Keys while a line is typed; every other key writes itself. */
export const LINE_KEYS: readonly KeyBinding<unknown, LineAction>[] = [
  {
    keys: ['enter'],
    shown: 'enter',
    label: 'done',
    help: 'keep what is typed',
    action: 'accept',
    footer: 'enter',
  },
  {
    keys: ['escape'],
    shown: 'esc',
    label: 'cancel',
    help: 'go back to what was there before',
    action: 'give-up',
    footer: 'esc',
  },
  { keys: ['backspace'], shown: 'backspace', label: 'erase', help: 'erase a character', action: 'erase' },
  {
    keys: ['ctrl+u'],
    shown: 'ctrl+u',
    label: 'erase all',
    help: 'erase the line',
    action: 'erase-all',
    footer: 'ctrl+u',
  },
];

/** Keys while a question is asked; every other key declines. */
export const QUESTION_KEYS: readonly KeyBinding<unknown, QuestionAction>[] = [
  { keys: ['y'], shown: 'y', label: 'yes', help: 'do it', action: 'agree', footer: 'y' },
  {
    keys: ['n', 'escape'],
    shown: 'n esc',
    label: 'no',
    help: 'leave everything as it is (as any other key)',
    action: 'decline',
    footer: 'n',
  },
];

/** What a key does to a prompt. */
export function pressPrompt(prompt: Prompt, key: KeyName): PromptTurn {
  if (prompt.is === 'question') {
    return key === 'y' ? { is: 'agreed', deed: prompt.deed } : { is: 'dropped' };
  }
  const { text, before } = prompt;
  switch (LINE_KEYS.find(({ keys }) => keys.includes(key))?.action) {
    case 'accept':
      return { is: 'entered', text };
    case 'give-up':
      return { is: 'entered', text: before };
    case 'erase':
      return typing(prompt, Array.from(text).slice(0, -1).join(''));
    case 'erase-all':
      return typing(prompt, '');
    case undefined:
      if (key === 'ctrl+c') return { is: 'entered', text: before };
      return typing(prompt, isText(key) ? text + key : text);
  }
}

function typing(prompt: Extract<Prompt, { is: 'line' }>, text: string): PromptTurn {
  return { is: 'typing', prompt: { ...prompt, text } };
}

/** Keys with names are no characters; one that is, is as long as its code point. */
function isText(key: KeyName): boolean {
  return Array.from(key).length === 1;
}
