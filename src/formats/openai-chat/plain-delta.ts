import { anyBut, objectWith, wholly, WORDS } from '../hub/json-pattern.ts';

const SAID = ['content', 'reasoning_content', 'reasoning'];
const DELTA = SAID.map((name) => objectWith([`"${name}": ?${WORDS}`], [anyBut(name)])).join('|');
const CHOICE = objectWith(
  [`"delta": ?(?:${DELTA})`],
  [anyBut('delta', 'index', 'finish_reason'), '"index": ?0', '"finish_reason": ?null'],
);

/** Whether a chunk brings words of choice 0 and does nothing else; one that does so in an unusual way is not told. */
export const isPlainDelta = wholly(
  objectWith(
    [`"choices": ?\\[${CHOICE}\\]`],
    [
      anyBut('choices', 'error', 'object', 'usage', 'x_groq'),
      '"object": ?"chat\\.completion\\.chunk"',
      '"usage": ?null',
    ],
  ),
);
